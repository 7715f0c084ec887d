import {
  type MessageWeights,
  messageWeights,
} from '../../packages/context/src/retrieval/rank-messages.ts'
import { type MeasureOptions, measureRecall } from './measure-recall.ts'
import type { QuestionedChat } from './questioned-chat.ts'

/** Recall by constants that were chosen without the chats that it was measured on. */
interface HeldOut {
  readonly chosen: MessageWeights
  /** Of the chats that they were chosen on. */
  readonly own: number
  /** Of the others. */
  readonly other: number
}

const budget = 4000

/** What is tried. */
const candidates: readonly MessageWeights[] = [0.6, 0.8, 1].flatMap((answerForQuestion) =>
  [0.15, 0.3, 0.6].map((answerItself) => ({ ...messageWeights, answerForQuestion, answerItself })),
)

/**
 * Chooses the constants that find most at 4k on one half of the chats, and measures them on the other;
 * and the other way round.
 */
export function heldOut(
  chats: readonly QuestionedChat[],
  options: Omit<MeasureOptions, 'weights' | 'measured'>,
): readonly HeldOut[] {
  const halves = [0, 1].map((half) => chats.filter((_, at) => at % 2 === half))
  const measured = candidates.map((weights) => {
    const of = (half: readonly QuestionedChat[]) =>
      measureRecall(half, { ...options, weights, measured: [budget] }).whole[0] ?? 0
    return { weights, recalls: halves.map(of) }
  })
  return [0, 1].map((half) => {
    const [first, ...others] = measured.map(({ recalls, weights }) => ({
      chosen: weights,
      own: recalls[half] ?? 0,
      other: recalls[1 - half] ?? 0,
    }))
    if (first === undefined) throw new Error('nothing is tried')
    return others.reduce((best, one) => (one.own > best.own ? one : best), first)
  })
}
