import type { Item } from '@fairlead/llm'
import type { PlacementLog } from '../find-place.ts'
import { placeInput, type Placement } from '../place-input.ts'
import { turnAsSent } from '../turn-as-sent.ts'
import { leftOutReason, outputInHistory } from '../turn-in-history.ts'
import { outlineOf } from '../turn-outline.ts'
import { assistant, brief, user } from './items.ts'
import { TurnTree } from '../turn-tree.ts'
import type { LeftOutTurns, Turn, TurnStatus } from '../turn.ts'

/** What became of a body: where it was placed, and the prompt that was made for it. */
interface SaidTurn {
  readonly placement: Placement
  readonly turn: Turn
  /** Instructions in force, the path without what is left out, and the new input. */
  readonly prompt: readonly Item[]
}

/** A conversation in memory, kept by the simplest rules: the tree, its head and its turns. */
export class TurnLog {
  readonly turns: Turn[] = []
  readonly tree = new TurnTree()
  head: string | null = null
  sendsHistory = false

  /** Places a body, adds its turns and ends the last one with an output. */
  say(body: readonly Item[], output: readonly Item[], status: TurnStatus = 'completed'): SaidTurn {
    const placement = this.place(body)
    const { exchanges, instructions, leftOut, supersedes } = placement
    let { parent } = placement
    const before = this.path(parent)
    const instructedBy = this.turn(parent)?.instructed_by ?? null
    const firstId = `t${this.turns.length + 1}`
    for (const [index, exchange] of exchanges.entries()) {
      const last = index === exchanges.length - 1
      const turn: Turn = {
        ...emptyTurn,
        id: `t${this.turns.length + 1}`,
        parent,
        seq: this.turns.length + 1,
        status: last ? status : 'completed',
        instructions: index === 0 ? instructions : [],
        instructed_by: instructions.length > 0 ? firstId : instructedBy,
        left_out: leftOut,
        input: last ? [...exchange.input, ...exchange.output] : exchange.input,
        output: last ? output : exchange.output,
        supersedes: last ? supersedes : null,
      }
      this.add(turn)
      parent = turn.id
    }
    this.sendsHistory = placement.sendsHistory
    const turn = this.turns.at(-1)
    if (turn === undefined) throw new Error('a body has at least one exchange')
    return { placement, turn, prompt: this.#prompt(placement, before, turn) }
  }

  place(
    body: readonly Item[],
    how: Pick<PlacementLog, 'isNewInput' | 'cameBeforeAnswer'> = {},
  ): Placement {
    const leftOut = this.turn(this.head)?.left_out ?? null
    return placeInput(body, {
      ...how,
      tree: this.tree,
      head: this.head,
      leftOut,
      sendsHistory: this.sendsHistory,
    })
  }

  /** Adds a turn as it is, and makes it the head. */
  add(turn: Turn): void {
    this.turns.push(turn)
    this.tree.add([outlineOf(turn)])
    this.head = turn.id
  }

  turn(id: string | null): Turn | undefined {
    return id === null ? undefined : this.turns[Number(id.slice(1)) - 1]
  }

  /** The turns from the root to one, oldest first. */
  path(id: string | null): Turn[] {
    const path: Turn[] = []
    for (let turn = this.turn(id); turn !== undefined; turn = this.turn(turn.parent)) {
      path.push(turn)
    }
    return path.toReversed()
  }

  #prompt(placement: Placement, before: readonly Turn[], current: Turn): Item[] {
    const { leftOut, asSent } = placement
    const kept = withoutLeftOut(before, leftOut).map((turn) =>
      turnAsSent(turn, asSent.get(turn.id)),
    )
    const imported = this.path(current.parent).slice(before.length)
    const history = [...kept, ...imported].filter(
      (turn) => leftOutReason(turn, new Set()) === undefined,
    )
    return [
      ...(this.turn(current.instructed_by)?.instructions ?? []),
      ...history.flatMap((turn) => [...turn.input, ...outputInHistory(turn)]),
      ...current.input,
    ]
  }
}

function withoutLeftOut(path: readonly Turn[], leftOut: LeftOutTurns | null): readonly Turn[] {
  if (leftOut === null) return path
  const from = leftOut.before === null ? 0 : path.findIndex(({ id }) => id === leftOut.before)
  return path.slice(Math.max(0, from)).filter(({ id }) => !leftOut.turns.includes(id))
}

/** Messages in turn: user, assistant, user …. */
export function chat(...said: string[]): Item[] {
  return said.map((text, index) => (index % 2 === 0 ? user(text) : assistant(text)))
}

/** What was said, item by item. */
export function texts(items: readonly Item[]): string[] {
  return items.map((item) => brief(item).replace(/^(?:user|assistant): /u, ''))
}

/** A log to which a client sent all it had, turn by turn. */
export function chatted(...said: string[]): TurnLog {
  const log = new TurnLog()
  for (let end = 1; end < said.length; end += 2) {
    log.say(chat(...said.slice(0, end)), [assistant(said[end] ?? '')])
  }
  return log
}

/** A completed turn in which nothing was said. */
export const emptyTurn: Turn = {
  id: 't1',
  conversation: 'chat',
  parent: null,
  seq: 1,
  branch: 'main',
  status: 'completed',
  instructions: [],
  instructed_by: null,
  left_out: null,
  input: [],
  output: [],
  usage: null,
  finish_reason: null,
  answered_by: null,
  model: 'm',
  epoch: 0,
  plan: null,
  supersedes: null,
  pinned: false,
  response: null,
  idempotency_key: null,
  request_digest: null,
  created_at: 0,
  completed_at: 0,
}
