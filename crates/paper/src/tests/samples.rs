//! A small shop's papers, in both languages.

use base::Lang;

use crate::*;

/// The text of a language.
fn say(lang: Lang, ja: &str, en: &str) -> String {
    match lang {
        Lang::Ja => ja.into(),
        Lang::En => en.into(),
    }
}

const TOPICS: [(&str, &str, u8); 11] = [
    ("更新・ウイルス対策", "Updates and anti-virus", 100),
    ("認証・アクセス", "Passwords and access", 75),
    ("脅威の情報", "Knowing the threats", 50),
    ("メール", "Mail", 67),
    ("ネットワーク・Web", "Network and web", 50),
    ("バックアップ", "Backups", 0),
    ("書類・媒体・持ち出し", "Papers, media, carrying out", 83),
    ("事務所・機器", "Office and equipment", 88),
    ("人（教育・守秘）", "People: training, secrecy", 58),
    ("取引先・外部サービス", "Partners and outside services", 25),
    ("事故対応・ルール", "Incidents and rules", 13),
];

const QUESTIONS: [(&str, &str, i32); 25] = [
    (
        "パソコンやスマートフォンのOSとソフトを、いつも新しくしていますか",
        "Do you keep the software on computers and phones up to date?",
        4,
    ),
    ("ウイルス対策ソフトを入れて、新しい状態に保っていますか", "Is anti-virus software installed and current?", 4),
    ("長くて推測されにくいパスワードを使っていますか", "Are your passwords long and hard to guess?", 4),
    ("重要な情報を見られる人を、必要な人だけにしていますか", "Can only those who need it see important information?", 2),
    (
        "新しい手口や脅威を知り、社内で知らせ合う仕組みがありますか",
        "Is there a way to learn of new tricks and tell each other?",
        2,
    ),
    ("メールの添付ファイルや本文のリンクに気をつけていますか", "Do you take care with attachments and links in mail?", 4),
    ("メールやFAXの宛先まちがいを防ぐ工夫をしていますか", "Do you guard against sending mail or fax to the wrong person?", 2),
    ("重要な情報を送るとき、本文に書かずに守って送っていますか", "Do you protect important information when you send it?", 2),
    ("無線LANを、安全な暗号化の方式にしていますか", "Does your Wi-Fi use a safe encryption method?", 4),
    (
        "インターネットでの感染やSNSへの書き込みの事故に備えていますか",
        "Are you ready for infections from the web and mistakes on social media?",
        0,
    ),
    (
        "故障や感染に備えて、重要な情報のバックアップを取っていますか",
        "Do you back up important data against failure and infection?",
        0,
    ),
    (
        "重要な書類や媒体を、机の上に置いたままにしていませんか",
        "Are important papers and media locked away, not left on desks?",
        4,
    ),
    ("書類や媒体を持ち出すとき、盗難や紛失に備えていますか", "Do you guard against theft and loss when you carry things out?", 2),
    ("席を離れるとき、画面を見られたり操作されたりしないようにしていますか", "Are screens locked when nobody is at the desk?", 4),
    ("関係者でない人が、事務所に入らないようにしていますか", "Is entry to the office limited?", 4),
    ("退社するとき、ノートパソコンなどを鍵のかかる所にしまっていますか", "Are laptops locked away at the end of the day?", 2),
    ("最後の人が帰るとき、鍵のかけ忘れを防いでいますか", "Do you make sure the empty office is locked?", 4),
    ("書類や媒体を捨てるとき、読めないようにしていますか", "Is information made unreadable before it is thrown away?", 4),
    ("従業員に、仕事の秘密を守ることを伝えていますか", "Do staff know what they must keep secret?", 4),
    ("従業員に、セキュリティの教育や注意の呼びかけをしていますか", "Do you train and remind staff about security?", 2),
    (
        "個人のスマートフォンなどを仕事に使うときの決まりがありますか",
        "Is it clear whether private devices may be used for work?",
        1,
    ),
    ("取引先との契約に、秘密を守る約束を入れていますか", "Do contracts with partners say that information is kept secret?", 2),
    (
        "クラウドなどの外部サービスを、安全かどうか確かめて選んでいますか",
        "Do you check that outside services are safe before you choose them?",
        -1,
    ),
    ("事故が起きたときの連絡先と手順を用意していますか", "Do you have contacts and steps ready for an incident?", -1),
    ("これまでの対策を決まりにして、従業員に示していますか", "Are all these measures written down as rules for staff?", 0),
];

pub fn assessment(lang: Lang) -> AssessmentPaper {
    let answers: Vec<Answer> = (1..).zip(QUESTIONS).map(|(number, row)| answer(lang, number, row)).collect();
    let mut weakest: Vec<Answer> = answers.clone();
    weakest.sort_by_key(|row| row.points);
    weakest.truncate(5);
    AssessmentPaper {
        lang,
        day: "2026-11-23".parse().expect("a day"),
        printed_on: say(lang, "2026年11月23日", "23 November 2026"),
        company: say(lang, "株式会社山田商店", "Yamada Shoten Co., Ltd."),
        title: say(lang, "情報セキュリティ自己診断の結果", "Result of our security self-assessment"),
        words: assessment_words(lang),
        score: answers.iter().map(|row| row.points).sum(),
        out_of: 100,
        band: say(lang, "対策が足りないところが目立ちます", "There are notable gaps"),
        band_text: say(
            lang,
            "基本の対策は始まっています。点の低いところから順に、ひとつずつ直していきましょう。",
            "You have begun with the basics. Mend the weakest places first, one at a time.",
        ),
        next: say(
            lang,
            "バックアップ用のディスクを1台買い、今週の金曜日に重要なファイルを写しましょう（およそ30分）。",
            "Buy one disk for backups and copy your important files to it this Friday (about 30 minutes).",
        ),
        topics: TOPICS.map(|(ja, en, percent)| Topic { name: say(lang, ja, en), percent }).into(),
        weakest,
        unknown: answers.iter().filter(|row| row.points < 0).cloned().collect(),
        answers,
        source: say(
            lang,
            "2026年4月版。質問の文は、公開されている資料をもとに、私たちが書いたものです。",
            "Edition of April 2026. The questions are in our own words, after published material.",
        ),
        footer: say(lang, "自己診断の結果であり、認定ではありません。", "The result of a self-assessment, not a certification."),
    }
}

fn answer(lang: Lang, number: u16, (ja, en, points): (&str, &str, i32)) -> Answer {
    let (yes, partly, no, unknown) = match lang {
        Lang::Ja => ("実施している", "一部実施している", "実施していない", "わからない"),
        Lang::En => ("Yes", "In part", "No", "I don't know"),
    };
    let answer = match points {
        4.. => yes,
        1..4 => partly,
        0 => no,
        _ => unknown,
    };
    Answer { number, question: say(lang, ja, en), answer: answer.into(), points }
}

fn assessment_words(lang: Lang) -> AssessmentWords {
    let say = |ja, en| say(lang, ja, en);
    AssessmentWords {
        company: say("会社名", "Company"),
        printed_on: say("印刷した日", "Printed on"),
        score: say("あなたの会社の点数", "Your score"),
        next: say("次にすること", "Do this next"),
        topics: say("分野ごとのようす", "Topic by topic"),
        chart: say(
            "分野ごとの達成度を表すレーダーチャート。同じ数字が隣の表にあります。",
            "A radar chart of each topic; the table beside it has the same figures.",
        ),
        topic: say("分野", "Topic"),
        done: say("できている割合", "Done"),
        weakest: say("弱いところ", "The weakest places"),
        weakest_none: say("弱いところはありません。", "There is no weak place."),
        answers: say("すべての答え", "All answers"),
        number: say("番号", "No."),
        question: say("質問", "Question"),
        answer: say("答え", "Answer"),
        points: say("点", "Points"),
        unknown: say("「わからない」と答えた質問", "Questions you could not answer"),
        unknown_text: say("まず、知っている人に聞いて確かめましょう。", "Ask someone who knows, and find out first."),
        unknown_none: say("ありません。", "None."),
        source: say("質問の版と出典", "Edition and source"),
    }
}

const ARTICLES: [(&str, &str, &str, &str); 6] = [
    (
        "OSとソフトをいつも新しくする",
        "Keep software up to date",
        "自動更新を有効にし、毎月1日に全員のパソコンを確かめています。",
        "Automatic updates are on; we check every PC on the first of the month.",
    ),
    ("ウイルス対策ソフトを入れる", "Use anti-virus software", "すべてのパソコンに入れています。", "It is installed on every PC."),
    (
        "パスワードを強くする",
        "Use strong passwords",
        "12文字以上で、使い回しをしません。二段階認証も使います。",
        "Twelve characters or more, never reused, with a second factor.",
    ),
    (
        "共有の設定を見直す",
        "Review who can see what",
        "半年に一度、クラウドの共有設定を見直します。",
        "We review our cloud sharing every half year.",
    ),
    ("脅威や手口を知る", "Know the threats", "", ""),
    (
        "バックアップを取る",
        "Keep backups",
        "毎週金曜日に、外付けディスクへ写しています。",
        "Every Friday we copy to an external disk.",
    ),
];

pub fn declaration(lang: Lang) -> DeclarationPaper {
    let articles = (1..).zip(ARTICLES).map(|(number, (ja, en, doing_ja, doing_en))| Article {
        number,
        text: say(lang, ja, en),
        doing: say(lang, doing_ja, doing_en),
    });
    DeclarationPaper {
        lang,
        day: "2026-11-23".parse().expect("a day"),
        printed_on: say(lang, "2026年11月23日", "23 November 2026"),
        title: say(lang, "情報セキュリティ対策の自己宣言", "Our declaration on information security"),
        words: declaration_words(lang),
        stars: 1,
        level: say(lang, "一つ星の自己宣言", "One-star self-declaration"),
        company: say(lang, "株式会社山田商店", "Yamada Shoten Co., Ltd."),
        representative: say(lang, "代表取締役 山田 花子", "Hanako Yamada, President"),
        declared_on: say(lang, "2026年11月20日", "20 November 2026"),
        articles: articles.collect(),
        pledge: say(
            lang,
            "私たちは、お客さまと取引先の情報を守るため、下の六つの対策に取り組むことを宣言します。",
            "To protect what our customers and partners entrust to us, we declare that we work on the six measures below.",
        ),
        disclaimer: say(
            lang,
            "会社が自分で行った宣言であり、認定ではありません。",
            "The company's own declaration, not a certification.",
        ),
        id: Some("51234567890".into()),
        state: say(lang, "宣言中", "Declared"),
        verification: Some("https://komainu.example/declarations/0199f3c2-7d1e-7a55-9c1b-3f2f6b1f0a11".into()),
    }
}

fn declaration_words(lang: Lang) -> DeclarationWords {
    let say = |ja, en| say(lang, ja, en);
    DeclarationWords {
        company: say("会社名", "Company"),
        representative: say("代表者", "Representative"),
        declared_on: say("宣言した日", "Declared on"),
        id: say("自己宣言ID", "Declaration number"),
        state: say("今の状態", "State"),
        printed_on: say("印刷した日", "printed on"),
        articles: say("取り組む対策", "What we work on"),
        number: say("番号", "No."),
        article: say("対策", "Measure"),
        doing: say("わが社がしていること", "What we do"),
        doing_none: say("まだ書かれていません", "Not written yet"),
        verify: say("この宣言を確かめる", "Check this declaration"),
        verify_text: say(
            "QRコードか下のアドレスから、今も宣言が続いているかを確かめられます。",
            "The QR code or the address below shows whether the declaration still stands.",
        ),
        qr: say("この宣言を確かめるページのQRコード", "QR code of the page to check this declaration at"),
    }
}

/// A declaration whose every text is this one; headings and the name of the picture, which cannot be empty, end with it.
pub fn everywhere(text: &str) -> DeclarationPaper {
    let mut statement = declaration(Lang::Ja);
    let fields = [
        &mut statement.printed_on,
        &mut statement.level,
        &mut statement.company,
        &mut statement.representative,
        &mut statement.declared_on,
        &mut statement.pledge,
        &mut statement.disclaimer,
        &mut statement.state,
        &mut statement.words.company,
        &mut statement.words.verify_text,
    ];
    let rows = statement.articles.iter_mut().flat_map(|row| [&mut row.text, &mut row.doing]);
    for field in fields.into_iter().chain(rows) {
        text.clone_into(field);
    }
    statement.title.push_str(text);
    statement.words.articles.push_str(text);
    statement.words.qr.push_str(text);
    statement.id = Some(text.into());
    statement
}
