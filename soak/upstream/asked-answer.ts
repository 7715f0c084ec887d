/** What a caller of the soak asks for, in any dialect. */
export interface Question {
  /** Tells calls apart: an answer that went to another caller shows. */
  readonly id: number
  /** Length of the answer. */
  readonly words: number
}

/** The user's message that asks for such an answer. */
export function questionText({ id, words }: Question): string {
  return `soak ${id} in ${words} words`
}

/** The last question in a request's body; undefined if it holds none. */
export function lastQuestion(body: string): Question | undefined {
  const [, id, words] = [...body.matchAll(/soak (\d+) in (\d+) words/g)].at(-1) ?? []
  return id === undefined ? undefined : { id: Number(id), words: Number(words) }
}

/** Each word of the answer. */
export function answerWord({ id }: Question): string {
  return ` r${id}`
}

/** The whole text of the answer. */
export function answerText(question: Question): string {
  return answerWord(question).repeat(question.words)
}
