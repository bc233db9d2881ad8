//! A key of a telephone's keypad, however it reaches us: in band, as an RFC 4733 event, or in a SIP INFO.

/// One of the sixteen keys of a telephone: `0` to `9`, `*`, `#`, and the rare `A` to `D`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(u8);

/// The keys' characters in the order of their event codes (RFC 4733, table 3).
const CHARACTERS: &[u8; 16] = b"0123456789*#ABCD";

impl Key {
    /// Every key, in the order of the event codes.
    pub const ALL: [Self; 16] = {
        let mut keys = [Self(0); 16];
        let mut code = 0;
        while code < 16 {
            keys[code as usize] = Self(code);
            code += 1;
        }
        keys
    };

    /// The key that `character` names: `0`–`9`, `*`, `#`, `A`–`D` in either case; `None` for any other.
    pub const fn from_char(character: char) -> Option<Self> {
        let code = match character {
            '0'..='9' => character as u8 - b'0',
            '*' => 10,
            '#' => 11,
            'A'..='D' => character as u8 - b'A' + 12,
            'a'..='d' => character as u8 - b'a' + 12,
            _ => return None,
        };
        Some(Self(code))
    }

    /// The key's character: `0`–`9`, `*`, `#`, `A`–`D`.
    pub const fn as_char(self) -> char {
        CHARACTERS[self.0 as usize] as char
    }

    /// The key of an RFC 4733 event code: 0 to 15; `None` above, where other events stand.
    pub const fn from_event_code(code: u8) -> Option<Self> {
        if code < 16 { Some(Self(code)) } else { None }
    }

    /// The event code of RFC 4733, section 3.2: 0 to 15.
    pub const fn event_code(self) -> u8 {
        self.0
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Key({})", self.as_char())
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.as_char())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_event_codes_of_rfc_4733() {
        for (code, character) in "0123456789*#ABCD".chars().enumerate() {
            let key = Key::from_char(character).expect("a key");
            assert_eq!(usize::from(key.event_code()), code);
            assert_eq!(Key::from_event_code(code as u8), Some(key));
            assert_eq!(Key::ALL[code], key);
            assert_eq!(key.to_string(), character.to_string());
        }
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        assert_eq!(Key::from_char('d'), Key::from_char('D'));
        for character in ['E', 'e', ' ', '+', '\0', '５', 'é'] {
            assert_eq!(Key::from_char(character), None, "{character:?}");
        }
        assert!((16..=255).all(|code| Key::from_event_code(code).is_none()));
    }
}
