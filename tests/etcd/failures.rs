//! Members that die, fall silent and come back.

use std::{
    io::{self, Read},
    net::TcpListener,
    thread,
    time::Duration,
};

use seatlock::{
    cluster::{
        etcd::{Endpoint, Etcd, EtcdConfig, EtcdConfigError},
        store::{Action, Keys, Store, StoreError},
    },
    limits::ETCD_ENDPOINTS_MAX,
};

use crate::{Cluster, PATIENCE, Plan, cluster, put, read, then, until_answered};

const THREE: Plan = Plan {
    members: 3,
    quota: None,
    heartbeat_ms: 100,
    is_on_disk: false,
    is_encrypted: false,
    arguments: Vec::new(),
};

#[tokio::test]
async fn when_a_member_is_killed_another_is_asked() {
    let Some(mut cluster) = cluster(&THREE) else {
        return;
    };
    let Cluster { members, .. } = &mut cluster;
    let etcd = crate::client(members, PATIENCE);
    for at in 0..3 {
        // The client is at the member `at` by now; what is under way is lost with it or was done.
        etcd.txn(then([put("before", at.to_string())]))
            .await
            .expect("done");
        let put_under_way = async {
            for number in 0_u32.. {
                let key = format!("{at}/{number:05}");
                match etcd.txn(then([put(&key, "")])).await {
                    Ok(_) => {}
                    Err(StoreError::Impossible(error)) => panic!("{error}"),
                    // In between two requests it is noticed before the next is sent.
                    Err(error) => return (number, Some(error)),
                }
                if number == 400 {
                    return (number + 1, None);
                }
            }
            unreachable!("it ends at 400")
        };
        let killed = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            members.kill(at);
        };
        let ((number, error), ()) = tokio::join!(put_under_way, killed);
        // What was answered is there, and what was refused is not.
        let range = Keys::range(format!("{at}/"), format!("{at}0"));
        let count = until_answered(&etcd, then([Action::Get(range, 1_000)])).await;
        let count = u32::try_from(count.found[0].len()).expect("few");
        match error {
            Some(StoreError::Unknown(text)) => {
                assert!(
                    text.contains("http://127.0.0.1:"),
                    "it names the member: {text}"
                );
                assert!(
                    count == number || count == number + 1,
                    "{count} of {number}"
                );
            }
            _ => assert_eq!(count, number),
        }
        members.start_again(at).expect("it starts");
        members.wait_for(at).expect("it comes back");
    }
    assert_eq!(read(&etcd, "before").await.expect("there").value, "2");
}

#[tokio::test]
async fn a_silent_member_leaves_it_unknown() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(Duration::from_secs(1));
    until_answered(&etcd, then([put("a", "before")])).await;
    cluster.members.stop(0).expect("it is running");
    let answer = etcd.txn(then([put("a", "meanwhile")])).await;
    assert!(matches!(answer, Err(StoreError::Unknown(_))), "{answer:?}");
    let second = etcd.txn(then([put("b", "meanwhile")])).await;
    cluster.members.go_on(0).expect("it is running");
    until_answered(&etcd, then([put("c", "after")])).await;
    // The member has found both in its socket, each followed by a word that nobody waits for it any more.
    let a = read(&etcd, "a").await.expect("there").value;
    assert!(a == "before" || a == "meanwhile", "{a:?}");
    match second {
        Err(StoreError::Refused(_)) => assert_eq!(read(&etcd, "b").await, None),
        Err(StoreError::Unknown(_)) => {}
        answer => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn a_silent_member_among_three_is_left_for_another() {
    let Some(cluster) = cluster(&THREE) else {
        return;
    };
    let etcd = cluster.client(Duration::from_secs(3));
    until_answered(&etcd, then([put("a", "before")])).await;
    for at in 0..3 {
        cluster.members.stop(at).expect("it is running");
        until_answered(&etcd, then([put("a", at.to_string())])).await;
        assert_eq!(read(&etcd, "a").await.expect("there").value, at.to_string());
        cluster.members.go_on(at).expect("it is running");
    }
}

#[tokio::test]
async fn without_a_quorum_nothing_is_done_and_afterwards_it_goes_on() {
    let Some(mut cluster) = cluster(&THREE) else {
        return;
    };
    let Cluster { members, .. } = &mut cluster;
    let etcd = crate::client(members, Duration::from_secs(2));
    until_answered(&etcd, then([put("a", "before")])).await;
    members.kill(1);
    members.kill(2);
    let mut refused = Vec::new();
    for number in 0..5 {
        let key = format!("n{number}");
        match etcd.txn(then([put(&key, "")])).await {
            Err(StoreError::Refused(_)) => refused.push(key),
            Err(StoreError::Unknown(_)) => {}
            answer => panic!("{answer:?}"),
        }
    }
    // The one that is left knows by now that it has no leader, and says so at once.
    let member = &etcd.members()[0];
    while etcd.status(member).await.expect("it answers").leader != 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let answer = etcd.txn(then([put("last", "")])).await;
    let Err(StoreError::Refused(text)) = answer else {
        panic!("{answer:?}");
    };
    assert!(
        text.contains("no leader") || text.contains("refused"),
        "{text}"
    );
    refused.push("last".into());

    members.start_again(1).expect("it starts");
    until_answered(&etcd, then([put("a", "after")])).await;
    for key in refused {
        assert_eq!(read(&etcd, &key).await, None, "{key} was refused");
    }
}

#[tokio::test]
async fn nobody_there_is_a_refusal_that_names_them_all() {
    let Some(mut cluster) = cluster(&THREE) else {
        return;
    };
    let Cluster { members, .. } = &mut cluster;
    let etcd = crate::client(members, PATIENCE);
    etcd.txn(then([put("a", "")])).await.expect("done");
    (0..3).for_each(|at| members.kill(at));
    let mut answer = etcd.txn(then([put("a", "")])).await;
    // The first may meet the connection before its end is known.
    if let Err(StoreError::Unknown(_)) = answer {
        answer = etcd.txn(then([put("a", "")])).await;
    }
    let Err(StoreError::Refused(text)) = answer else {
        panic!("{answer:?}");
    };
    for endpoint in members.endpoints() {
        assert!(text.contains(&endpoint), "{endpoint} in {text}");
    }
    let answer = etcd.grant(Duration::from_secs(5)).await;
    assert!(matches!(answer, Err(StoreError::Refused(_))), "{answer:?}");
}

/// Somebody who takes so many bytes of one connection, and hangs up.
fn impostor(bytes: usize) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it listens");
    thread::spawn(move || {
        let mut stream = listener.accept()?.0;
        let (mut taken, mut buffer) = (0, [0; 4_096]);
        while taken < bytes {
            taken += stream.read(&mut buffer)?.max(1);
        }
        io::Result::Ok(())
    });
    format!("http://{address}").parse().expect("an endpoint")
}

#[tokio::test]
async fn what_has_left_is_not_sent_to_another() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let mut config = cluster.config(PATIENCE);
    // Nobody listens at the first any more.
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let nobody = format!("http://{}", nobody.expect("a free port"));
    config
        .endpoints
        .insert(0, nobody.parse().expect("an endpoint"));
    config.endpoints.insert(1, impostor(10_000));
    let etcd = Etcd::new(config).expect("a client");
    let answer = etcd.txn(then([put("a", vec![7; 20_000])])).await;
    assert!(matches!(answer, Err(StoreError::Unknown(_))), "{answer:?}");
    etcd.txn(then([put("b", "")])).await.expect("done");
    assert_eq!(
        read(&etcd, "a").await,
        None,
        "it went to the impostor alone"
    );
}

#[test]
fn an_etcd_that_can_not_be_asked_is_refused_at_the_start() {
    let config = |endpoints| EtcdConfig {
        endpoints: vec!["http://127.0.0.1:2379".parse().expect("an endpoint"); endpoints],
        timeout: PATIENCE,
        login: None,
        tls: None,
    };
    for (endpoints, expected) in [
        (0, Some(EtcdConfigError::NoEndpoint)),
        (ETCD_ENDPOINTS_MAX, None),
        (
            ETCD_ENDPOINTS_MAX + 1,
            Some(EtcdConfigError::TooManyEndpoints),
        ),
    ] {
        assert_eq!(Etcd::new(config(endpoints)).err(), expected);
    }
}
