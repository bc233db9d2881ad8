//! What callers say on every line, in English.

#[rustfmt::skip]
pub(super) const AGENT: &[&str] = &[
    "(talk|speak|chat) (to|with) [a|an|the|some|your] [real|live|actual|human] \
     (person|human|human being|people|agent|representative|rep|someone|somebody|someone else|somebody else|operator\
     |advisor|adviser|manager|supervisor|customer service|customer support|staff|member of staff|assistant)",
    "(get|give|find|connect|transfer|put) me [through] [to|with] [a|an|the|some|your] [real|live|actual|human] \
     (person|human|human being|agent|representative|rep|someone|somebody|operator|advisor|manager|supervisor\
     |customer service|customer support)",
    "(transfer|connect) me",
    "put me through",
    "[a|an] [real|live|human] (agent|operator|representative|human|advisor|receptionist)",
    "[a] (real|live) (person|human being|human)",
    "[a] person please",
    "(customer service|customer support|customer care)",
    "is there (someone|somebody|anyone|anybody|a person) [there] [i can] [talk|speak] [to]",
    "(someone|somebody|anyone|anybody) [there] i can (talk|speak) to",
    "(want|need) [a|an] [real|live] (person|human|human being|agent|representative|operator)",
    "(need|want) (someone|somebody) to help me",
    "i do not want to (talk|speak) to a (robot|machine|computer|bot)",
    "(stop|no more) (robot|machine|bot)",
    "(talk|speak|chat) to (your|a|the) (boss|manager|team leader|team|colleague)",
    "(can|could|may) (i|you) (get|have) [a|an|some] [real|live] (person|human|agent|representative|operator|someone|somebody)",
    "[is there|are there] [a|an|any] [real|actual|live] (person|human|people) [there|here]",
    "(are you|am i talking to) a (robot|machine|computer|bot)",
    "i (need|want|would like) [to] (speak|talk) [to|with] (someone|somebody|a person|a human)",
    "let me (speak|talk) to (someone|somebody|a person|a human|a real person)",
    "(human|person|agent|representative) (human|person|agent|representative)",
];

#[rustfmt::skip]
pub(super) const REPEAT: &[&str] = &[
    "(say|repeat) (that|it|this) [again|one more time|once more]",
    "repeat [the (question|options|last part)]",
    "(can|could|would) you (repeat|say) [that|it] [again]",
    "(say|come) again",
    "(one more time|once more)",
    "(pardon|pardon me|i beg your pardon|beg pardon)",
    "sorry",
    "excuse me",
    "what [did you say|was that|is that]",
    "what were you saying",
    "what was the question",
    "i [did not|do not|could not|can not] (hear|catch|get|understand|follow) [that|you|it|what you said]",
    "huh",
    "(say|repeat) (that|it) (again|once more|one more time|please)",
    "(run|go over) (that|it) [by me] again",
    "i missed (that|it|what you said)",
    "(you are|you were) (breaking up|cutting out|very quiet)",
    "(speak|talk) up",
    "what was that [again]",
];

/// What is said as often and is none of these, however near it sounds.
#[rustfmt::skip]
pub(super) const NONE_OF_THESE: &[&str] = &[
    "[well] [i am afraid] i (do not|did not|can not) know [that|it|this|yet|for sure|exactly] [off hand|by heart|right now]",
    "i do not know (what|which|where|when|who|how|why) [it|that|this|they] [is|was|are|were|means]",
    "i do not know [what] (my|the) (number|code|reference|order number|account number|date|address|name|postcode) [is]",
    "(no idea|not a clue|i have no idea|i have not got a clue)",
    "i (do not|did not|would not) have (it|that|one|them|those|any|the number|my number|my card|a number) \
     [here|with me|on me|to hand|at hand|handy|right here|in front of me] [right now|at the moment|any more|anymore]",
    "i (have not got|have not|never got|never had) (it|that|one|them|the number) [here|with me|on me|to hand|in front of me]",
    "(it is|they are) not (here|with me|on me)",
    "i (do not|can not) (remember|recall) [it|that|them|the number|which one]",
    "i (forgot|forget|have forgotten) [it|that|the number]",
    "i (do not|can not) (find|see|read) (it|that|them|the number|one) [here|anywhere]",
    "i (do not|did not) (get|receive) (it|one|them|anything|that yet)",
    "i am not (sure|certain) [about (that|it)]",
];

#[rustfmt::skip]
pub(super) const SLOWER: &[&str] = &[
    "slower", "slow down", "[speak|talk|say it|say that] [a bit|a little] [more] slowly", "(speak|talk|go) [a bit|a little|much] slower",
    "[that is|that was|you are|you are going|you are talking|you speak] [much|way] too (fast|quick)", "not so (fast|quick|quickly)",
    "(can|could|would) you (slow|go) [it] (down|slower|slowly)", "take it (slow|slowly)", "one (word|digit|number) at a time",
];

#[rustfmt::skip]
pub(super) const WAIT: &[&str] = &[
    "(wait|hold on|hang on)",
    "[just] (one|a) (moment|second|sec|minute)",
    "(wait|hold on|hang on) [just] (a|one) (moment|second|sec|minute|bit)",
    "(give me|i need) (a|one) (moment|second|sec|minute)",
    "let me (check|look|see|find it|look it up|get it)",
    "bear with me [a moment|a second]",
    "(give me|just) a (tick|jiffy|mo)",
    "i am (looking for it|looking it up|getting it|just looking|still looking)",
    "(i am not ready|not yet) [yet]",
    "let me (get|grab|fetch|find) (it|[my|the|a|that] (card|glasses|pen|number|letter|paperwork|email|phone|invoice|bill|receipt|details))",
    "where did i put it",
];

#[rustfmt::skip]
pub(super) const HELP: &[&str] = &[
    "help [me]",
    "i need [some] help",
    "what can (i|you) (say|do|ask)",
    "what are (my|the) (options|choices)",
    "how does (this|it) work",
    "what (should|do) i (say|do)",
    "i do not know what to (say|do)",
    "i am (stuck|lost|confused)",
    "i have no idea what to (say|do)",
    "i do not (understand|get) what (you want|to do|you mean)",
    "what do you (want|need) [from me] [me to (say|do)]",
    "what (is|are) (this|that|these) for",
    "(give|show|tell) me [the|my] (options|choices)",
    "what (else) can you do",
];

#[rustfmt::skip]
pub(super) const CANCEL: &[&str] = &[
    "cancel [that|it|this]",
    "never mind",
    "forget [about] (it|that)",
    "(quit|abort|stop)",
    "stop (it|that|this)",
    "do not bother",
    "i changed my mind",
    "(leave|drop) it",
    "i do not want (that|this|to do that|to do this|it) [anymore|any more]",
    "(scrap|scratch) (that|it)",
    "no stop",
];

#[rustfmt::skip]
pub(super) const CORRECT: &[&str] = &[
    "(that is|this is|it is|you are|you have got it|you got it|you got that) (wrong|incorrect|not right|not correct)",
    "(wrong|incorrect) [number|name|date|time|address|one|thing]", "not (right|correct|quite right)",
    "i (made|have made) a mistake", "[that was|it was] my mistake", "i (said|gave you|told you) the wrong (thing|number|one|name|date|time|address)",
    "(let me|can i|could i|i want to|i need to|i would like to) (correct|change|fix|mend) (that|it|something|my answer)",
    "(correct|change|fix) (that|it)", "[a] correction", "[no] that is not what i (said|meant)",
    "[no] i did not say that", "you (misheard|misunderstood) [me]", "you heard (me wrong|wrong|that wrong)", "i misspoke", "i got that wrong",
    "(that is|this is) not (my|the right) (number|name|address|order|date)", "go back [one step|a step]", "(scratch|strike) that",
];

#[rustfmt::skip]
pub(super) const START_OVER: &[&str] = &[
    "(start|begin) (over|again)",
    "(start|go back) (from|to) the (beginning|start|top)",
    "restart",
    "back to the (beginning|start|main menu|menu)",
    "main menu",
    "let us (start|begin|try) [it] [all] (over|again) [from the (start|beginning|top)]",
    "(start|begin) [all] over [again]",
    "(go|take me) back [to the (start|beginning|main menu)]",
    "from the (top|beginning|start)",
];

#[rustfmt::skip]
pub(super) const GOODBYE: &[&str] = &[
    "(bye|goodbye|good bye|bye bye|bye now|see you|cheerio|farewell)",
    "that is (all|it|everything) [for now|for today|i need|i needed]",
    "that will be all",
    "(nothing|no nothing) else",
    "no that is (all|it|everything)",
    "i am (done|finished|all set)",
    "have a (good|nice|great|lovely) (day|one|evening|night|weekend)",
    "(talk|speak) to you later",
    "you can hang up",
    "[thanks|thank you] (bye|goodbye)",
    "i (have to|need to|must|got to|have got to) go [now]",
    "i am hanging up",
    "that is (me|us) (done|finished)",
];
