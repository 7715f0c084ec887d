import type { AnswerTransformer } from './answer-transform.ts'

/** In the order in which they are applied. None is built in yet. */
export const answerTransformers: readonly AnswerTransformer[] = []
