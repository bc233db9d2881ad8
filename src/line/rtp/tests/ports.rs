//! The pool: pairs, rest, churn, other programs.

use super::*;

#[test]
fn ports_come_in_pairs_and_come_back_after_churn() {
    let host: IpAddr = "127.0.2.1".parse().unwrap();
    let linger = Duration::from_secs(5);
    let pool = PortPool::new(21_001..=21_012, host, linger).unwrap();
    let begun = Instant::now();
    assert_eq!(pool.gauges_at(begun), PortGauges { free: 5, ..PortGauges::default() });
    let mut uses: HashMap<u16, u32> = HashMap::new();
    for round in 0..40u32 {
        let now = begun + linger * round * 2;
        let sessions: Vec<RtpSession> = (0..5).map(|_| pool.open_at(now).unwrap()).collect();
        for session in &sessions {
            assert!(session.local_address().port().is_multiple_of(2));
            *uses.entry(session.local_address().port()).or_default() += 1;
        }
        let refused = pool.open_at(now).map(|_| ()).unwrap_err();
        assert_eq!((refused.in_use, refused.lingering), (5, 0));
    }
    assert_eq!(uses.len(), 5);
    assert!(uses.values().all(|count| *count == 40));
    let later = Instant::now() + linger * 2;
    assert_eq!(pool.gauges_at(later), PortGauges { free: 5, in_use: 0, lingering: 0, exhausted_total: 40 });
}

#[test]
fn ports_rest_after_a_call_so_that_its_late_packets_reach_nobody() {
    let pool = PortPool::new(21_020..=21_021, "127.0.2.2".parse().unwrap(), Duration::from_secs(5)).unwrap();
    let session = pool.open().unwrap();
    drop(session);
    assert_eq!(pool.gauges().lingering, 1);
    let refused = pool.open().map(|_| ()).unwrap_err();
    assert!(refused.to_string().contains("1 rest after a call"), "{refused}");
    assert!(pool.open_at(Instant::now() + Duration::from_secs(6)).is_ok());
}

#[test]
fn a_port_of_another_program_is_passed_over() {
    let host: IpAddr = "127.0.2.3".parse().unwrap();
    let pool = PortPool::new(21_030..=21_033, host, Duration::ZERO).unwrap();
    let _rtcp_taken = UdpSocket::bind((host, 21_031)).unwrap();
    for _ in 0..5 {
        let session = pool.open().unwrap();
        assert_eq!(session.local_address().port(), 21_032);
        let refused = pool.open().map(|_| ()).unwrap_err();
        assert_eq!((refused.in_use, refused.failed), (1, 1), "{refused}");
    }
}

#[test]
fn a_range_without_a_pair_is_refused() {
    let host: IpAddr = "127.0.2.4".parse().unwrap();
    for range in [5..=5, 5..=6, 8..=8] {
        assert!(PortPool::new(range, host, Duration::ZERO).is_err());
    }
    assert_eq!(PortPool::new(65_534..=65_535, host, Duration::ZERO).unwrap().gauges().free, 1);
}

#[test]
fn a_session_may_be_moved_to_the_thread_of_the_media_loop() {
    const fn is_send<T: Send>() {}
    const fn is_shared<T: Send + Sync + Clone>() {}
    is_send::<RtpSession>();
    is_shared::<RtpControl>();
    is_shared::<PortPool>();
}
