/** How well the question and the answer of each turn of a path fit, by the turn's place; 0: not at all. */
export interface MessageScores {
  readonly questions: Float64Array
  readonly answers: Float64Array
}

/** A message that may be quoted. */
export interface RankedMessage {
  /** Place of its turn on the path. */
  readonly place: number
  readonly part: 'question' | 'answer'
  /** By which it is chosen, before its length counts. */
  readonly score: number
}

/**
 * Measured on long chats (docs/conversations.md): what a user says is short and what later questions
 * are about, so a question counts for its answer, too, and an answer counts less than its question;
 * and what fits is often told over several turns, so turns beside those that fit count as well.
 */
const answerForQuestion = 0.8
const answerItself = 0.6
const besides = 0.5

/** The messages of a path that fit, and those beside them, up to so many turns away. In no order. */
export function rankMessages(
  { questions, answers }: MessageScores,
  neighbours: number,
): readonly RankedMessage[] {
  const own = questions.map((score, place) =>
    Math.max(score, answerForQuestion * (answers[place] ?? 0)),
  )
  const ranked: RankedMessage[] = []
  own.forEach((score, place) => {
    let best = score
    let share = besides
    for (let away = 1; away <= neighbours; away++, share *= besides) {
      best = Math.max(best, share * (own[place - away] ?? 0), share * (own[place + away] ?? 0))
    }
    if (best > 0) ranked.push({ place, part: 'question', score: best })
    const answer = answers[place] ?? 0
    if (answer > 0) ranked.push({ place, part: 'answer', score: answerItself * answer })
  })
  return ranked
}

/** What a message is worth for its length: long ones have to fit better, but not in proportion. */
export function worth(score: number, tokens: number): number {
  return score / Math.sqrt(Math.max(1, tokens))
}
