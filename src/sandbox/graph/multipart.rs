//! Just enough of multipart/form-data (RFC 7578) to take an upload.

use bytes::Bytes;

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) mime: Option<String>,
    pub(super) bytes: Bytes,
}

/// The fields of a form; `None` if it is none.
pub(super) fn parts(content_type: &str, body: &Bytes) -> Option<Vec<Part>> {
    let boundary = content_type.split(';').find_map(|piece| piece.trim().strip_prefix("boundary="))?.trim_matches('"');
    let line = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut at = find(body, line.as_bytes(), 0)? + line.len();
    while !body[at..].starts_with(b"--") {
        let head_end = find(body, b"\r\n\r\n", at)?;
        let head = std::str::from_utf8(&body[at..head_end]).ok()?;
        let start = head_end + 4;
        let end = find(body, format!("\r\n{line}").as_bytes(), start)?;
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let disposition = header("content-disposition")?;
        let name = disposition.split(';').find_map(|piece| piece.trim().strip_prefix("name="))?;
        let name = name.trim_matches('"').to_owned();
        parts.push(Part { name, mime: header("content-type"), bytes: body.slice(start..end) });
        at = end + 2 + line.len();
    }
    Some(parts)
}

fn find(body: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    body.get(from..)?.windows(needle.len()).position(|window| window == needle).map(|at| at + from)
}
