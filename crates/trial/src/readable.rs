/// A page as it is heard: its main part without tags; `#` before headings, `[ ]` around links, `< >` around buttons,
/// `( )` around fields with their value, `|` between the cells of a table.
pub fn readable(html: &str) -> String {
    let main = html.split_once("<main").map_or(html, |(_, rest)| rest.split_once('>').map_or("", |(_, inside)| inside));
    let main = main.split("</main>").next().unwrap_or("");
    let mut page = Page::default();
    let mut rest = main;
    while let Some(start) = rest.find('<') {
        page.text(&rest[..start]);
        let Some(end) = rest[start..].find('>') else { break };
        page.tag(&rest[start + 1..start + end]);
        rest = &rest[start + end + 1..];
    }
    page.text(rest);
    let lines = page.out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty() && line != "-").collect::<Vec<_>>().join("\n")
}

#[derive(Default)]
struct Page {
    out: String,
    /// Name of the element whose inside is not read, such as a script or a picture.
    silent: Option<String>,
}

impl Page {
    fn text(&mut self, text: &str) {
        if self.silent.is_none() {
            self.out.push_str(&unescape(&text.replace('\n', " ")));
        }
    }

    fn tag(&mut self, tag: &str) {
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let closing = tag.starts_with('/');
        if let Some(silent) = &self.silent {
            if closing && *silent == name {
                self.silent = None;
            }
            return;
        }
        match (name.as_str(), closing) {
            ("svg" | "script" | "style" | "template", false) => {
                if let Some(label) = attribute(tag, "aria-label") {
                    self.out.push_str(&format!("{{picture: {label}}}"));
                }
                self.silent = Some(name);
            }
            ("h1", false) => self.out.push_str("\n# "),
            ("h2", false) => self.out.push_str("\n## "),
            ("h3", false) => self.out.push_str("\n### "),
            ("a", false) => self.out.push('['),
            ("a", true) => self.out.push(']'),
            ("button", false) => self.out.push_str(" <"),
            ("button", true) => self.out.push('>'),
            ("li", false) => self.out.push_str("\n- "),
            ("td" | "th", true) => self.out.push_str(" | "),
            ("dt", false) => self.out.push('\n'),
            ("dd", false) => self.out.push_str(": "),
            ("input", _) => self.input(tag),
            ("textarea" | "select", false) => self.out.push_str(" ("),
            ("textarea" | "select", true) => self.out.push(')'),
            ("option", false) if has(tag, "selected") => self.out.push('*'),
            ("option", true) => self.out.push_str(" / "),
            ("img", _) => self.out.push_str(&format!("{{picture: {}}}", attribute(tag, "alt").unwrap_or_default())),
            (
                "br" | "p" | "div" | "tr" | "h1" | "h2" | "h3" | "li" | "ul" | "ol" | "dl" | "section" | "article" | "form"
                | "table" | "fieldset" | "legend" | "details" | "summary" | "figure" | "figcaption" | "label" | "header" | "nav",
                _,
            ) => self.out.push('\n'),
            _ => {}
        }
    }

    fn input(&mut self, tag: &str) {
        let value = attribute(tag, "value").unwrap_or_default();
        match attribute(tag, "type").as_deref() {
            Some("hidden") => {}
            Some("radio" | "checkbox") => self.out.push_str(if has(tag, "checked") { "(x) " } else { "( ) " }),
            _ => self.out.push_str(&format!(" ({value})")),
        }
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next().map(unescape)
}

fn has(tag: &str, name: &str) -> bool {
    tag.split_whitespace().any(|word| word.trim_end_matches('/') == name || word.starts_with(&format!("{name}=")))
}

fn unescape(text: &str) -> String {
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&nbsp;", " "),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    named.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
