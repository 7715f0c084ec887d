/** How well the question and the answer of each turn of a path fit, by the turn's place; 0: not at all. */
export interface MessageScores {
  readonly questions: Float64Array
  readonly answers: Float64Array
}

/** How much messages count for others, as shares of how well those fit. */
export interface MessageWeights {
  /** What an answer counts for its question. */
  readonly answerForQuestion: number
  readonly answerItself: number
  /** What a turn counts for those beside it, and they for the next ones, where there is room. */
  readonly besides: number
}

/**
 * Measured on long chats (docs/conversations.md): what a user says is short and what later questions
 * are about, so a question counts for its answer, too, and an answer counts less than its question;
 * and what fits is often told over several turns, so turns beside those that fit count as well.
 */
export const messageWeights: MessageWeights = {
  answerForQuestion: 0.8,
  answerItself: 0.3,
  besides: 0.5,
}

/**
 * By what messages are chosen, before their length counts: those of a path that fit, and those beside
 * them, up to so many turns away.
 */
export function rankMessages(
  { answers, questions }: MessageScores,
  neighbours: number,
  { answerForQuestion, answerItself, besides }: MessageWeights,
): MessageScores {
  const { length } = questions
  const own = new Float64Array(length)
  const rankedAnswers = new Float64Array(length)
  for (let place = 0; place < length; place++) {
    const question = questions[place] ?? 0
    const answer = answers[place] ?? 0
    const byAnswer = answerForQuestion * answer
    own[place] = question > byAnswer ? question : byAnswer
    rankedAnswers[place] = answerItself * answer
  }
  const ranked = own.slice()
  let share = besides
  for (let away = 1; away <= neighbours; away++, share *= besides) {
    for (let place = away; place < length; place++) {
      const before = share * (own[place - away] ?? 0)
      const after = share * (own[place] ?? 0)
      if (before > (ranked[place] ?? 0)) ranked[place] = before
      if (after > (ranked[place - away] ?? 0)) ranked[place - away] = after
    }
  }
  return { questions: ranked, answers: rankedAnswers }
}

/** What a message is worth for its length: long ones have to fit better, but not in proportion. */
export function worth(score: number, tokens: number): number {
  return score / Math.sqrt(Math.max(1, tokens))
}
