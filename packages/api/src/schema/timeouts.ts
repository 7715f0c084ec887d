import { Type } from 'typebox'
import { duration } from './formats.ts'

/** Limits of one attempt's time, of a provider or of a rule. Each says what holds without it. */
export const answerTimeouts = (otherwise: {
  readonly firstByte: string
  readonly idle: string
  readonly total: string
}) => ({
  firstByte: Type.Optional(
    duration(
      `Maximum time from the start of an attempt until content begins; pings, comments and a role are no content. ${otherwise.firstByte}`,
    ),
  ),
  idle: Type.Optional(
    duration(
      `Maximum time between two pieces of content, while the caller reads. Thinking counts as content, even where its text is withheld. ${otherwise.idle}`,
    ),
  ),
  total: Type.Optional(
    duration(
      `Maximum time from the start of an attempt to the end of its answer. ${otherwise.total}`,
    ),
  ),
})
