//! The connection itself, against PDUs written by hand.

use std::time::Duration;

use futures::StreamExt as _;
use ganira::channels::smpp::{
    Answer, Binding, Bound, Centre as _, Delivered, Heard, NotBound, Numbered, Part, Piece, Submit, Submitted,
    TcpCentre, Way,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const ALINE: &str = "250780000001";

/// A PDU: command, status, sequence, body.
fn pdu(command: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = 16 + body.len() as u32;
    [&[length, command, status, sequence].map(u32::to_be_bytes).concat()[..], body].concat()
}

fn deliver(sequence: u32, from: &[u8], text: &[u8], parameters: &[u8]) -> Vec<u8> {
    let body =
        [&b"\0\x01\x01"[..], from, b"\0\0\x017711\0", &[0; 3], b"\0\0", &[0; 4], &[text.len() as u8], text, parameters];
    pdu(0x05, 0, sequence, &body.concat())
}

/// Reads one PDU: command, status, sequence, body.
async fn hear(stream: &mut TcpStream) -> (u32, u32, u32, Vec<u8>) {
    let mut header = [0; 16];
    stream.read_exact(&mut header).await.unwrap();
    let [length, command, status, sequence] =
        [0, 4, 8, 12].map(|at| u32::from_be_bytes(header[at..at + 4].try_into().unwrap()));
    let mut body = vec![0; length as usize - 16];
    stream.read_exact(&mut body).await.unwrap();
    (command, status, sequence, body)
}

fn centre(port: u16) -> TcpCentre {
    TcpCentre {
        host: "127.0.0.1".into(),
        port,
        tls: None,
        system_type: "GANIRA".into(),
        address_range: String::new(),
        window: 10,
        enquire_link: Duration::from_mins(1),
        answer_timeout: Duration::from_secs(5),
    }
}

fn binding(way: Way) -> Binding {
    Binding { way, system_id: "ganira".into(), password: "secret".to_owned().into() }
}

/// Binds to a centre that answers with `status`, and sends `more` in the same segment.
async fn bound(way: Way, status: u32, more: &[u8]) -> (Result<Bound, NotBound>, TcpStream, Vec<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let more = more.to_vec();
    #[expect(clippy::disallowed_methods, reason = "the test's own centre")]
    let far = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (command, _, sequence, body) = hear(&mut stream).await;
        let answer = pdu(0x8000_0000 | command, status, sequence, if status == 0 { b"SMSC\0" } else { b"" });
        stream.write_all(&[answer, more].concat()).await.unwrap();
        (stream, [&command.to_be_bytes()[..], &body].concat())
    });
    let bound = centre(port).bind(&binding(way)).await;
    let (stream, asked) = far.await.unwrap();
    (bound, stream, asked)
}

fn submit() -> Submit {
    Submit {
        service_type: String::new(),
        source: Numbered { ton: 0, npi: 1, digits: "7711".into() },
        dest: Numbered { ton: 1, npi: 1, digits: ALINE.into() },
        data_coding: 0,
        part: Part { octets: b"Muraho".to_vec(), has_header: false, sar: None },
        receipt: true,
        reference: Some(0x0102),
        ussd: None,
    }
}

#[tokio::test]
async fn every_way_binds_with_its_own_command_as_3_4() {
    for (way, command) in [(Way::Receiving, 1), (Way::Sending, 2), (Way::Both, 9)] {
        let (bound, _stream, asked) = bound(way, 0, b"").await;
        assert!(bound.is_ok(), "{way:?}");
        let expected = [&[0, 0, 0, command][..], b"ganira\0secret\0GANIRA\0\x34\0\0\0"].concat();
        assert_eq!(asked, expected, "{way:?}");
    }
}

#[tokio::test]
async fn a_refused_bind_says_why_and_an_absent_centre_too() {
    let (bound, _stream, _) = bound(Way::Both, 0x0e, b"").await;
    assert!(matches!(bound, Err(NotBound::Refused(0x0e))));
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert!(matches!(centre(free).bind(&binding(Way::Both)).await, Err(NotBound::Unreachable(_))));
    let long = Binding { password: "longer than eight".to_owned().into(), ..binding(Way::Both) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    assert!(matches!(centre(port).bind(&long).await, Err(NotBound::Unwritable(why)) if why.contains("password")));
}

#[tokio::test]
async fn a_message_in_the_segment_of_the_bind_answer_is_heard_and_answered() {
    let (bound, mut stream, _) = bound(Way::Both, 0, &deliver(7, ALINE.as_bytes(), b"Muraho", b"")).await;
    let (session, mut hears) = bound.unwrap();
    let expected = Delivered {
        from: ALINE.into(),
        from_ton: 1,
        to: "7711".into(),
        octets: b"Muraho"[..].into(),
        ..Delivered::default()
    };
    assert_eq!(hears.next().await, Some(Heard::Delivered { sequence: 7, message: Box::new(expected) }));
    assert!(session.answer(7, Answer::Safe).await);
    assert_eq!(hear(&mut stream).await, (0x8000_0005, 0, 7, vec![0]));
    assert!(session.answer(7, Answer::Later).await);
    assert_eq!(hear(&mut stream).await.1, 0x64);
}

#[tokio::test]
async fn a_message_that_does_not_read_ends_nothing() {
    let foreign = deliver(8, b"25078\xe9", b"Muraho", b"");
    let both = [foreign.clone(), deliver(9, ALINE.as_bytes(), b"next", b"")].concat();
    let (bound, mut stream, _) = bound(Way::Both, 0, &both).await;
    let (session, hears) = bound.unwrap();
    let mut heard: Vec<Heard> = hears.take(2).collect().await;
    heard.sort_by_key(|heard| matches!(heard, Heard::Delivered { .. }));
    let [Heard::Unreadable { sequence: 8, pdu, .. }, Heard::Delivered { sequence: 9, .. }] = &heard[..] else {
        panic!("{heard:?}")
    };
    assert_eq!(pdu, &foreign);
    session.answer(8, Answer::Safe).await;
    assert_eq!(hear(&mut stream).await.2, 8);
}

#[tokio::test]
async fn parameters_beside_a_message_are_read() {
    let parameters = [
        &[0x02, 0x0c, 0, 2, 1, 2, 0x02, 0x0e, 0, 1, 3, 0x02, 0x0f, 0, 1, 2][..],
        &[0x00, 0x1e, 0, 3],
        b"1a\0",
        &[0x04, 0x27, 0, 1, 2, 0x04, 0x23, 0, 3, 3, 0, 9, 0x05, 0x01, 0, 1, 0x12, 0x13, 0x83, 0, 2, 0x12, 0x34],
        &[0x02, 0x04, 0, 2, 0, 7, 0x04, 0x24, 0, 5],
        b"other",
        // A vendor's.
        &[0x14, 0x01, 0, 1, 1],
    ];
    let message = deliver(7, ALINE.as_bytes(), b"", &parameters.concat());
    let (bound, _stream, _) = bound(Way::Both, 0, &message).await;
    let (_session, mut hears) = bound.unwrap();
    let Some(Heard::Delivered { message, .. }) = hears.next().await else { panic!("nothing") };
    assert_eq!((message.sar_reference, message.sar_total, message.sar_number), (Some(0x0102), Some(3), Some(2)));
    assert_eq!((message.receipted_id.as_deref(), message.message_state), (Some("1a"), Some(2)));
    assert_eq!((message.network_error, &message.octets[..]), (Some(9), &b"other"[..]));
    assert_eq!((message.ussd.service_op, message.ussd.session_info), (Some(0x12), Some([0x12, 0x34])));
    assert_eq!(message.ussd.user_message_reference, Some(7));
}

#[tokio::test]
async fn all_submits_of_a_burst_leave_at_once_however_rarely_the_link_is_enquired() {
    const BURST: usize = 60;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let wide = TcpCentre { window: BURST, ..centre(listener.local_addr().unwrap().port()) };
    #[expect(clippy::disallowed_methods, reason = "the test's own centre")]
    let far = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (command, _, sequence, _) = hear(&mut stream).await;
        stream.write_all(&pdu(0x8000_0000 | command, 0, sequence, b"SMSC\0")).await.unwrap();
        // Nothing is answered until all are here: nothing comes that would wake the one who writes.
        let mut asked = Vec::new();
        while asked.len() < BURST {
            asked.push(hear(&mut stream).await.2);
        }
        for sequence in asked {
            stream.write_all(&pdu(0x8000_0004, 0, sequence, b"1a\0")).await.unwrap();
        }
        stream
    });
    let (session, _hears) = wide.bind(&binding(Way::Both)).await.unwrap();
    let submit = submit();
    let all = futures::future::join_all((0..BURST).map(|_| session.submit(&submit)));
    // An answer is waited for no longer than this, and the link enquired in a minute.
    let all = tokio::time::timeout(Duration::from_secs(4), all).await.expect("all to be answered");
    assert!(all.iter().all(|one| *one == Submitted::Taken("1a".into())), "{all:?}");
    far.await.unwrap();
}

#[tokio::test]
async fn a_submit_is_written_as_the_standard_has_it_and_its_answer_understood() {
    let (bound, mut stream, _) = bound(Way::Both, 0, b"").await;
    let (session, _hears) = bound.unwrap();
    #[expect(clippy::disallowed_methods, reason = "the test's own centre")]
    let far = tokio::spawn(async move {
        let mut bodies = Vec::new();
        for (status, body) in [(0, &b"0000001A\0"[..]), (0x58, b""), (0x14, b"\0"), (0x400, b"")] {
            let (command, _, sequence, asked) = hear(&mut stream).await;
            assert_eq!(command, 4);
            bodies.push(asked);
            stream.write_all(&pdu(0x8000_0004, status, sequence, body)).await.unwrap();
        }
        // The last one is cut off.
        hear(&mut stream).await;
        bodies
    });
    let headed = Part { octets: b"\x05\0\x03\x07\x02\x01x".to_vec(), has_header: true, sar: None };
    let sar = Part { octets: b"x".to_vec(), has_header: false, sar: Some(Piece { reference: 7, total: 2, number: 1 }) };
    assert_eq!(session.submit(&submit()).await, Submitted::Taken("0000001A".into()));
    assert_eq!(session.submit(&Submit { part: headed, ..submit() }).await, Submitted::Refused(0x58));
    assert_eq!(session.submit(&Submit { part: sar, reference: None, ..submit() }).await, Submitted::Refused(0x14));
    assert_eq!(session.submit(&Submit { receipt: false, ..submit() }).await, Submitted::Refused(0x400));
    assert_eq!(session.submit(&submit()).await, Submitted::Lost);
    let bodies = far.await.unwrap();
    let plain =
        [&b"\0\0\x017711\0\x01\x01250780000001\0\0\0\0\0\0\x01\0\0\0\x06Muraho"[..], &[2, 4, 0, 2, 1, 2]].concat();
    assert_eq!(bodies[0], plain);
    // esm_class stands behind the recipient: a header is announced there.
    let esm_class = b"\0\0\x017711\0\x01\x01250780000001\0".len();
    assert_eq!((bodies[1][esm_class], bodies[0][esm_class]), (0x40, 0));
    assert!(bodies[2].ends_with(&[2, 0x0c, 0, 2, 0, 7, 2, 0x0e, 0, 1, 2, 2, 0x0f, 0, 1, 1]), "{:x?}", bodies[2]);
    let long = Submit { source: Numbered { ton: 5, npi: 0, digits: "x".repeat(22) }, ..submit() };
    assert!(matches!(session.submit(&long).await, Submitted::Unwritable(_)));
    // The connection is gone by now: what is submitted next surely did not leave.
    while session.is_open() {
        tokio::task::yield_now().await;
    }
    assert_eq!(session.submit(&submit()).await, Submitted::NotSent);
}
