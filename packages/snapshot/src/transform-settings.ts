/** What is done to answers, before guards look at them. */
export interface TransformSettings {
  readonly name: string
  readonly change: AnswerChangeSettings
}

type AnswerChangeSettings =
  | FormatSettings
  /** What the model thought is left out. */
  | { readonly type: 'StripReasoning' }
  /** Text behind so many characters is cut. */
  | { readonly type: 'Length'; readonly maxCharacters: number }

/** Which format the text of an answer must have, and what is done for it. */
export interface FormatSettings {
  readonly type: 'Format'
  /** A JSON Schema that can be enforced; undefined for what each caller asks for. */
  readonly schema: Readonly<Record<string, unknown>> | undefined
  /** Whether what is around JSON goes, and its small mistakes are mended. */
  readonly repair: boolean
  /** How often a model is asked to write the answer anew. */
  readonly retries: number
  /** The model that is asked; undefined for that of the call. */
  readonly model: string | undefined
  /** What becomes of an answer that does not have the format in the end: an error, or itself. */
  readonly onFailure: 'Fail' | 'Pass'
}
