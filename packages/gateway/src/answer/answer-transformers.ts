import type { AnswerTransformer } from './answer-transform.ts'

/** In the order in which they change an answer. None is built in yet. */
export const answerTransformers: readonly AnswerTransformer[] = []
