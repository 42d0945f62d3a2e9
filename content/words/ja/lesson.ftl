# 質問の説明
lesson-list-title = 質問の説明
lesson-list-lead = 25の質問を、短い物語で説明します。一つ5分で読めます。
lesson-place = 質問 { $n } / { $total }
lesson-means = どういう意味ですか
lesson-example = たとえば
lesson-why = なぜ必要ですか
lesson-story = 短いお話
lesson-others = ほかの説明
lesson-previous = 前:
lesson-next = 次:
lesson-to-list = すべての説明
lesson-to-assessment = 自社診断へ
lesson-to-assessment-open = 自分の会社を診断する（登録なし）
