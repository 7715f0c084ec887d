import { invalidField, missingField, type Item } from '@fairlead/llm'
import { withoutIdentity } from '../plan/render-group.ts'
import { questionKey } from '../turns/item-key.ts'
import { isInstruction } from '../turns/item-kind.ts'
import type { Placement } from '../turns/place-input.ts'
import { splitIntoTurns, type Exchange } from '../turns/split-into-turns.ts'
import { instructionsKey } from '../turns/turn-outline.ts'
import type { Turn } from '../turns/turn.ts'
import type { TurnRequest } from './conversations.ts'

/** The turn that a request chooses, and what is in force before it. */
interface ChosenTurn {
  readonly turn: Turn
  /** The turn whose instructions are in force after the parent; undefined for none. */
  readonly instructing: Turn | undefined
  readonly sendsHistory: boolean
}

/**
 * Id of the turn whose question a request asks again, or in whose place it puts other input, `last`
 * for the newest, and the field that says so; undefined for any other request.
 */
export function choiceOf({
  edit,
  regenerate,
}: Pick<TurnRequest, 'edit' | 'regenerate'>):
  { readonly id: string; readonly param: string } | undefined {
  if (edit !== undefined && regenerate !== undefined) {
    throw invalidField('context.edit', 'give either edit or regenerate.')
  }
  if (edit !== undefined) return { id: edit, param: 'context.edit' }
  return regenerate === undefined ? undefined : { id: regenerate, param: 'context.regenerate' }
}

/**
 * The place of a request that chooses a turn: beside that turn, which it supersedes. Throws a
 * ModelError 400 for a body that asks something else than the turn that it asks again.
 */
export function chosenPlace(
  { edit, input }: Pick<TurnRequest, 'edit' | 'input'>,
  chosen: ChosenTurn,
): Placement {
  const said = input.findIndex((item) => !isInstruction(item))
  const instructions = said === -1 ? input : input.slice(0, said)
  const exchange = splitIntoTurns(said === -1 ? [] : input.slice(said)).at(-1)
  if (edit !== undefined) {
    if (exchange === undefined) throw missingField('messages', 'send what takes the place')
    return placeBeside(chosen, instructions, exchange, 0)
  }
  const { turn } = chosen
  if (exchange !== undefined && !asksTheSame(exchange.input, turn)) {
    throw invalidField(
      'messages',
      'they ask something else than the turn that is to be asked again; leave them out, or use context.edit.',
    )
  }
  const asked = exchange ?? { input: turn.input.map(withoutIdentity), output: [] }
  return placeBeside(chosen, instructions, asked, asked.input.length)
}

function placeBeside(
  { instructing, sendsHistory, turn }: ChosenTurn,
  given: readonly Item[],
  exchange: Exchange,
  matched: number,
): Placement {
  const instructions = given.length === 0 ? turn.instructions : given
  const inForce = instructionsKey(instructing?.instructions ?? [])
  return {
    parent: turn.parent,
    instructions: instructionsKey(instructions) === inForce ? [] : instructions,
    exchanges: [exchange],
    supersedes: turn.id,
    matched,
    leftOut: turn.left_out,
    asSent: new Map(),
    sendsHistory,
  }
}

function asksTheSame(input: readonly Item[], turn: Turn): boolean {
  const asked = turn.input.map((item) => questionKey(item).text)
  return (
    input.length === asked.length &&
    input.every((item, index) => questionKey(item).text === asked[index])
  )
}
