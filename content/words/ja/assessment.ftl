# 自社診断のはじめの画面
assessment-title = 自社診断
assessment-lead = 25の質問に答えると、会社の守りの強いところと弱いところが分かります。5分ほどで終わります。
assessment-start-open = 診断を始める
assessment-open-text = 登録はいりません。分からないことは「わからない」と答えてかまいません。それも大切な結果です。
assessment-open-nothing-kept = 答えはこの画面とそのアドレスの中だけにあります。私たちは何も保存していません。
assessment-what = どんな診断ですか
assessment-what-text = 質問は3つの部分に分かれています。どの会社にも必要なこと（5問）、働く人が毎日すること（13問）、会社として決めること（7問）です。どの質問にも、意味と例が付いています。
assessment-points-text = 「している」は4点、「一部だけしている」は2点、「していない」は0点、「わからない」は引く1点です。全部で100点になります。
assessment-own-words = IPA（情報処理推進機構）のガイドラインにある25項目の自社診断の組み立てに沿っています。文章は私たちが書いたもので、IPAのものではありません。
assessment-to-lessons = すべての質問の説明を読む
assessment-latest = いまの結果
assessment-answer = 質問に答える
assessment-start = 診断を始める
assessment-start-anew = はじめから答え直す
assessment-start-copy = 前の答えを直す
assessment-continue = 続きから答える
assessment-who-answers = 経営者か、会社の様子が分かる人が答えてください。店や事務所が分かれていて一人では答えられないときは、場所ごとに答えると、会社全体の結果にまとまります。
assessment-lead-answers = 答えるのは、経営者か担当者です。結果はここで見られます。
assessment-history = これまでの結果
assessment-over-time = 点数の移り変わり
assessment-column-day = 日
assessment-column-site = 場所
assessment-column-edition = 質問の版

# 質問の画面
assessment-question-title = 質問 { $n } / { $total }
assessment-progress = 答えた数
assessment-answered = { $total }問のうち{ $n }問に答えました。
assessment-saved = 保存しました。
assessment-next-question = 次の質問へ
assessment-back = 前の質問へ
assessment-to-result = 結果を見る
assessment-to-overview = 答えを見直す
assessment-overview = すべての質問を見る
assessment-means = これはどういう意味ですか
assessment-example = たとえば
assessment-why = なぜ必要ですか
assessment-to-lesson = 短い物語で知る（新しい画面で開きます）
assessment-no-answer = まだ答えていません
assessment-not-applicable = 対象外（{ $points }点として数えます）

# 記入中の一枚
assessment-sheet-title = 診断の記入
assessment-continue-at = 質問{ $n }から続ける
assessment-finish = この答えで結果を出す
assessment-finish-text = 答えはそのつど保存されます。途中でやめても、続きから答えられます。結果を出したあとは、その回の答えは変わりません。

# 結果
assessment-result-title = 診断の結果
assessment-finished-at = { $when }に答えました
assessment-score = 点数
assessment-out-of = / { $most }点
assessment-next = 次にすること
assessment-parts = 部分ごとの点
assessment-topics = テーマごとの様子
assessment-topics-table = 図と同じ内容の表です。
assessment-radar = テーマごとにどこまでできているかの図。同じ内容の表が下にあります。
assessment-weakest = 弱いところから順に
assessment-weakest-more = ほかの{ $n }問も見る
assessment-weakest-none = 弱いところはありません。すべて満点です。
assessment-unknown = 「わからない」と答えたこと
assessment-unknown-text = まず、だれかに聞くか、調べてみましょう。分かるだけでも一歩前へ進みます。
assessment-unknown-none = 「わからない」と答えた質問はありません。
assessment-all-answers = すべての答え
assessment-column-number = 番号
assessment-column-question = 質問
assessment-column-answer = 答え
assessment-column-points = 点
assessment-column-percent = できている割合（%）
assessment-column-part = 部分
assessment-column-topic = テーマ
assessment-column-seen = 確かめたこと
assessment-to-plan = やることを見る
assessment-pdf = PDFで開く（印刷用）
assessment-csv = 表計算で使う（CSV）
assessment-before = 前の結果とくらべる
assessment-before-text = 前は{ $day }に{ $score }点でした。
assessment-before-none = くらべられる前の結果は、まだありません。
assessment-more = { $n }点上がりました。
assessment-less = { $n }点下がりました。
assessment-same = 同じ点数です。
assessment-to-history = これまでの結果を見る
assessment-answer-again = 答え直す
assessment-peers = 同じような会社とくらべる
assessment-peers-group = { $trade }・{ $size }の会社
assessment-peers-too-few = くらべられる会社が、まだ足りません。業種と人数が同じ会社の結果が10社分そろうと、ここに出ます。それまでは、何社あるかも出しません。
assessment-peers-above = ほかの会社の{ $percent }%より高い点数です。
assessment-peers-median = 真ん中の会社の点数
assessment-peers-quarters = 真ん中の半分の会社の点数
assessment-peers-range = { $lower }〜{ $upper }
assessment-peers-companies = 数えた会社の数
assessment-peers-how = このサービスを使う会社の、いちばん新しい結果だけを数えています。場所が分かれている会社は、弱いほうの答えで数えます。どの会社が何点かは、だれにも見えません。

# 結果を残す
assessment-keep-ask = この結果を残しますか
assessment-keep-why = アカウントを作ると、結果を残し、弱いところを直す計画を作り、前の結果とくらべられます。
assessment-keep-sign-up = アカウントを作って残す
assessment-change-answers = 答えを直す
assessment-keep-title = 結果を残す
assessment-keep-text = アカウントなしで答えた結果（{ $most }点のうち{ $score }点）を、会社の結果として残します。
assessment-keep-site = どの場所の結果ですか
assessment-keep = 会社の結果として残す
assessment-keep-not = 残さない

# 会社全体
assessment-to-company = 会社全体の結果
assessment-company-title = 会社全体の結果
assessment-company-lead = 場所ごとの答えを、会社として一つにまとめました。
assessment-company-missing = 次の場所は、まだ答えていないので入っていません。
assessment-company-none = まだ結果がありません。
assessment-company-figures = まとめた点数
assessment-column-rule = まとめ方
assessment-column-meaning = 意味
assessment-minimum = いちばん弱い答え
assessment-minimum-text = 質問ごとに、いちばん弱い場所の答えを取って足しました。一つの弱い場所から、会社全体に入られるからです。会社の点数にはこれを使います。
assessment-mean = 平均
assessment-mean-text = 場所ごとの点数を、そのまま平均しました。
assessment-weighted = 人数で重みを付けた平均
assessment-weighted-text = 働く人の多い場所ほど、大きく数えた平均です。
assessment-unknown-all = 「わからない」の数
assessment-unknown-all-text = すべての場所の「わからない」を足しました。
assessment-company-sites = 場所ごとの点数
assessment-column-people = 働く人
assessment-company-weakest = いちばん弱い答えで見た会社

# 答えと確かめたこと
assessment-evidence = 確かめたこと
assessment-evidence-title = 答えと、確かめたこと
assessment-evidence-lead = 見守りのソフトが会社の機器を見て分かったことを、答えの横に並べています。
assessment-evidence-not-corrected = 答えが勝手に変わることはありません。違っていたら、理由を確かめて、必要なら答え直してください。
assessment-evidence-not-answered = まだ診断に答えていないので、くらべられません。
assessment-evidence-none = どの機器でも、まだ確かめていません
assessment-evidence-not-for-this = 機器からは分からない質問です
assessment-evidence-better = 答えよりもよい様子が見えました
assessment-evidence-learned = 答えでは分からなかったことが見えました
assessment-evidence-changes = 見え方が変わったとき
assessment-evidence-changes-none = まだ何も見ていません。
assessment-seen-good = できています
assessment-seen-partly = 一部だけできています
assessment-seen-bad = できていません
assessment-seen-unmeasured = 確かめられません

# 印刷用
assessment-paper-company-label = 会社
assessment-paper-company = { $company }（{ $site }）
assessment-paper-printed-on = 印刷した日
assessment-paper-band = 結果
assessment-paper-weakest = 弱いところから5つ
assessment-paper-source-label = 質問の版
assessment-paper-source = 質問の版: { $edition }（{ $day }に回答）。IPAのガイドラインにある25項目の組み立てに沿い、文章は独自に書いたものです。
assessment-paper-footer = 会社が自分で答えた結果です。第三者が審査したものではありません。

# うまくいかないとき
problem-assessment-finished = この診断は、もう結果が出ています。答えを変えるには、新しく始めてください。
problem-assessment-not-finished = この診断は、まだ途中です。すべての質問に答えると、結果が出ます。
problem-assessment-not-all-answered = まだ答えていない質問が{ $left }問あります。答えてから、もう一度結果を出してください。
problem-assessment-answers-unreadable = 受け取った答えを読み取れませんでした。アドレスの一部が欠けているかもしれません。診断のはじめの画面から、やり直してください。
