import { groupTokens } from '../plan/group-tokens.ts'
import { bytesPerFour } from '../plan/count-tokens.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import type { KeptSummary } from '../summaries/summary-record.ts'
import { leavesOutTheSame } from '../summaries/summary-record.ts'
import { groupTurns, type TurnGroup } from '../turns/group-turns.ts'
import { leftOutReason, supersededTurns } from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'

/** How many turns are read at a time. */
const pageTurns = 64
/** A group that is longer is not summarised. */
const groupTurnsMax = 1024

interface PathEnd {
  /** The groups at its end, oldest first, without those that the summary covers. */
  readonly groups: readonly TurnGroup[]
  /** The newest summary that ends in what was read. */
  readonly previous: KeptSummary | undefined
  /** Whether nothing lies between `groups` and the summary, or the root. */
  readonly isWhole: boolean
}

/** Turns that the next summary is to cover. */
export interface SummaryPiece {
  readonly groups: readonly TurnGroup[]
  /** All of them, with those that prompts leave out. */
  readonly turns: readonly Turn[]
}

/** Reads of a log what its next summary is made from, and little more. */
export class SummaryReader {
  readonly #store: Pick<TurnStore, 'path' | 'turn' | 'turnPage'>

  constructor(store: Pick<TurnStore, 'path' | 'turn' | 'turnPage'>) {
    this.#store = store
  }

  /** The end of the path to a turn: back to a summary of it, or about so many tokens. */
  async end(
    tenant: string,
    turn: Turn,
    { ready, tokensMax }: { readonly ready: readonly KeptSummary[]; readonly tokensMax: number },
  ): Promise<PathEnd> {
    const { conversation } = turn
    const usable = ready.filter((one) => leavesOutTheSame(one.left_out, turn.left_out))
    const pages: (readonly Turn[])[] = []
    let to: string | null = turn.id
    for (let max = pageTurns; to !== null; max = Math.min(groupTurnsMax, max * 2)) {
      const earlier: readonly Turn[] = await this.#store.path(tenant, conversation, { to, max })
      if (earlier.length === 0) break
      pages.unshift(earlier)
      const path = pages.flat()
      to = path[0]?.parent ?? null
      const ends = new Map(path.map(({ id }, index) => [id, index]))
      const previous = usable.find((one) => ends.has(one.to))
      if (previous !== undefined) {
        const since = path.slice((ends.get(previous.to) ?? 0) + 1)
        return { groups: await this.#groupsOf(tenant, since, turn), previous, isWhole: true }
      }
      const groups = await this.#groupsOf(tenant, path, turn)
      const isWhole = to === null
      if (isWhole || groupTokens(groups, '', bytesPerFour)(1) > tokensMax) {
        return { groups, previous: undefined, isWhole }
      }
    }
    return { groups: [], previous: undefined, isWhole: true }
  }

  /** The newest summary of the path to a turn; undefined if it has none. */
  async previous(
    tenant: string,
    end: Turn,
    {
      leftOut,
      ready,
    }: { readonly leftOut: Turn['left_out']; readonly ready: readonly KeptSummary[] },
  ): Promise<KeptSummary | undefined> {
    for (const one of ready) {
      if (one.to_seq > end.seq || !leavesOutTheSame(one.left_out, leftOut)) continue
      if (one.to === end.id) return one
      const query = { pathTo: end.id, after: one.to, order: 'asc', limit: 1 } as const
      const page = await this.#store.turnPage(tenant, end.conversation, query)
      if (page.outcome === 'found') return one
    }
    return undefined
  }

  /**
   * The groups that follow a turn, null for the root, up to another: those of about so many tokens, one
   * at least. Undefined if there are none, or the conversation is gone.
   */
  async piece(
    tenant: string,
    {
      after,
      end,
      of,
      tokensMax,
    }: {
      readonly after: string | null
      readonly end: Turn
      /** The turn whose prompts are meant. */
      readonly of: Turn
      readonly tokensMax: number
    },
  ): Promise<SummaryPiece | undefined> {
    const turns: Turn[] = []
    for (;;) {
      const last = turns.at(-1)?.id ?? after
      const query = { pathTo: end.id, order: 'asc', limit: pageTurns } as const
      const from = last === null ? query : { ...query, after: last }
      const page = await this.#store.turnPage(tenant, end.conversation, from)
      if (page.outcome !== 'found' || page.entries.length === 0) return undefined
      turns.push(...page.entries)
      const isEnd = turns.at(-1)?.id === end.id
      const groups = await this.#groupsOf(tenant, turns, of)
      const tokens = groupTokens(groups, '', bytesPerFour)
      let count = 0
      while (count < groups.length && (count === 0 || tokens(0, count + 1) <= tokensMax)) count += 1
      // The last one that was read may go on.
      if (isEnd && count === groups.length) return { groups, turns }
      if (count < groups.length) return cutAfter(groups, turns, count)
      if (turns.length > groupTurnsMax) return undefined
    }
  }

  /** The groups of a part of a path, as prompts of a turn have them. */
  async #groupsOf(tenant: string, path: readonly Turn[], of: Turn): Promise<readonly TurnGroup[]> {
    const superseded = supersededTurns(path)
    const { before = null, turns = [] } = of.left_out ?? {}
    const first =
      before === null ? undefined : await this.#store.turn(tenant, of.conversation, before)
    const notSent = new Set(turns)
    return groupTurns(
      path,
      (turn) =>
        turn.seq >= (first?.seq ?? 0) &&
        !notSent.has(turn.id) &&
        leftOutReason(turn, superseded) === undefined,
    )
  }
}

function cutAfter(
  groups: readonly TurnGroup[],
  turns: readonly Turn[],
  count: number,
): SummaryPiece {
  const taken = groups.slice(0, count)
  const last = taken.at(-1)?.turns.at(-1)
  return { groups: taken, turns: turns.slice(0, turns.findIndex(({ id }) => id === last?.id) + 1) }
}
