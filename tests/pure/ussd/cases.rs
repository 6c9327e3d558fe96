//! Every preset's cases in `data/ussd/<preset>/`: a request, what it means, and what screens become on the wire.
//!
//! A file has parts: `>>> METHOD path` with the body (or query), `<<< reading` with JSON, `<<< goes on` or `<<< ends` with the exact
//! answer to a fixed screen, `<<< acknowledged`, `<<< unreadable` with the reason, `<<< refused` with the answer to that.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use ganira::channels::ussd::{Gateway, Screen, kinds};
use http::Response;

use super::{configured, read};

const GOES_ON: &str = "Salon <Keza> & Co\n1. Book\n2. \"Mine\"";
const ENDS: &str = "Booked. Murakoze!";
const SAID: &str = "Dial again.";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pure/data/ussd")
}

struct Case {
    file: String,
    method: String,
    path: String,
    body: String,
    expected: Vec<(String, String)>,
}

fn case(file: &Path) -> Case {
    let text = fs::read_to_string(file).unwrap();
    let (request, rest) = text.split_once("\n<<< ").unwrap_or_else(|| panic!("{} expects nothing", file.display()));
    let (head, body) = request.split_once('\n').unwrap();
    let (method, path) = head.strip_prefix(">>> ").unwrap().split_once(' ').unwrap();
    let expected = rest.split("\n<<< ").map(|part| {
        let (what, text) = part.split_once('\n').unwrap();
        (what.to_owned(), text.to_owned())
    });
    Case {
        file: file.display().to_string(),
        method: method.to_owned(),
        path: path.to_owned(),
        body: body.to_owned(),
        expected: expected.collect(),
    }
}

/// Headers by name, an empty line, the body.
fn wire(response: &Response<Bytes>) -> String {
    assert_eq!(response.status(), 200, "an error would show the operator's words to the person");
    let mut headers: Vec<String> =
        response.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.sort();
    let mut written = headers.join("\n");
    let _ = write!(written, "\n\n{}", std::str::from_utf8(response.body()).unwrap());
    written
}

fn outcome(gateway: &Gateway, case: &Case, what: &str) -> String {
    let asked = read(gateway, &case.method, &case.path, &case.body);
    let screen = |text: &str, ended| Screen { text: text.to_owned(), ended };
    match (what, asked) {
        ("reading", Ok(asked)) => serde_json::to_string_pretty(&asked).unwrap(),
        ("goes on", Ok(asked)) => wire(&gateway.answer(&asked, &screen(GOES_ON, false))),
        ("ends", Ok(asked)) => wire(&gateway.answer(&asked, &screen(ENDS, true))),
        ("acknowledged", Ok(asked)) => wire(&gateway.acknowledge(&asked)),
        ("unreadable", Err(why)) => why.to_string(),
        ("refused", Err(why)) => wire(&gateway.refuse(&why, SAID)),
        (what, asked) => panic!("{}: {what} of {asked:?}", case.file),
    }
}

#[test]
fn every_preset_reads_its_companys_requests_and_answers_in_its_form() {
    for preset in kinds().into_iter().filter(|kind| kind != "custom") {
        let folder = folder().join(&preset);
        let settings = fs::read_to_string(folder.join("gateway.toml")).unwrap_or_default();
        let lines = format!("[ussd.gateways.g]\nkind = \"{preset}\"\nkey = \"{}\"\n{settings}", super::KEY);
        let gateway = Gateway::new("g", &configured(&lines)["g"]).unwrap_or_else(|error| panic!("{error}"));
        let files = fs::read_dir(&folder).unwrap_or_else(|_| panic!("{preset} has no cases"));
        let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "case"));
        files.sort();
        assert!(files.len() >= 3, "{preset} has too few cases");
        for file in files {
            let case = case(&file);
            for (what, expected) in &case.expected {
                let found = outcome(&gateway, &case, what);
                assert_eq!(found.trim_end(), expected.trim_end(), "{}: {what}", case.file);
            }
        }
    }
}

#[test]
fn the_same_screen_gives_the_same_bytes_and_the_marker_is_the_first_of_them() {
    let gateway = super::gateway("kind = \"africastalking\"");
    let body = "sessionId=s&serviceCode=*384*77%23&phoneNumber=%2B250780000001&text=1";
    let asked = read(&gateway, "POST", "", body).unwrap();
    let screen = |ended| Screen { text: " Kura\n1. Yego".to_owned(), ended };
    let (first, again) = (gateway.answer(&asked, &screen(false)), gateway.answer(&asked, &screen(false)));
    assert_eq!(first.body(), again.body());
    assert!(first.body().starts_with(b"CON  Kura"));
    assert!(gateway.answer(&asked, &screen(true)).body().starts_with(b"END "));
}
