import { isJsonObject, stringOrUndefined } from '@fairlead/base'
import type { Item } from '@fairlead/llm'
import { readableTurn } from '../turns/readable-turn.ts'
import type { RetrievedBlock } from '../turns/retrieved-block.ts'
import type { Turn, UnreadableItem } from '../turns/turn.ts'
import { isSealedText, KeyGone, openUnlessGone, type TextCipher } from './text-cipher.ts'

/** The dialect of no API: what has it is encrypted. */
const dialect = 'ccp.sealed'

/** An item as the store sees it: with its id, by which it can be found, and nothing else. */
export function sealItem(item: Item, cipher: TextCipher): Item {
  // What is no item is found to be none when it is read.
  const id = isJsonObject(item) ? stringOrUndefined(item['id']) : undefined
  const data = cipher.seal(item, itemContext(id))
  return {
    type: 'fairlead:native',
    ...(id === undefined ? {} : { id }),
    role: 'assistant',
    dialect,
    block: { data },
  }
}

/**
 * What was sealed as an item, which may be none; what was stored before there was encryption, as it
 * is. Throws as `TextCipher.open`.
 */
export function openItem(item: Item, cipher: TextCipher): unknown {
  if (item.type !== 'fairlead:native' || item.dialect !== dialect) return item
  const { data } = item.block
  if (!isSealedText(data)) throw new Error('it is not whole')
  return cipher.open(data, itemContext(item.id))
}

/** The turn as the store sees it. */
export function sealTurn(turn: Turn, cipher: TextCipher): Turn {
  const sealed = (items: readonly Item[]) => items.map((item) => sealItem(item, cipher))
  const { retrieved } = turn
  return {
    ...turn,
    instructions: sealed(turn.instructions),
    input: sealed(turn.input),
    output: sealed(turn.output),
    ...(retrieved === undefined ? {} : { retrieved: sealBlock(retrieved, cipher, turn.id) }),
  }
}

/**
 * The turn that was sealed. Where its key is gone its items are left out and named in `unreadable`, as
 * stores do with what is no item. Throws `WrongKey` for anything else that cannot be read.
 */
export function openTurn(turn: Turn, cipher: TextCipher): Turn {
  const unreadable: UnreadableItem[] = []
  const opened = (items: readonly Item[]) =>
    items.flatMap((item) => {
      try {
        return [openItem(item, cipher) as Item]
      } catch (error) {
        // What cannot be read today may be tomorrow, and must not be taken for nothing.
        if (!(error instanceof KeyGone)) throw error
        unreadable.push({ item: item.id ?? null, type: null, problem: error.message })
        return []
      }
    })
  const { retrieved, ...rest } = turn
  const block = retrieved === undefined ? undefined : openBlock(retrieved, cipher, turn.id)
  const open = readableTurn({
    ...rest,
    instructions: opened(turn.instructions),
    input: opened(turn.input),
    output: opened(turn.output),
    ...(block === undefined ? {} : { retrieved: block }),
  })
  if (unreadable.length === 0) return open
  return { ...open, unreadable: [...(open.unreadable ?? []), ...unreadable] }
}

function sealBlock(block: RetrievedBlock, cipher: TextCipher, turn: string): RetrievedBlock {
  const data = cipher.seal(block, blockContext(turn))
  const item = { type: 'fairlead:native', role: 'user', dialect, block: { data } } as const
  return { items: [item], passages: [] }
}

/** Undefined where its key is gone: nothing is lost with a copy that anybody has said. */
function openBlock(
  block: RetrievedBlock,
  cipher: TextCipher,
  turn: string,
): RetrievedBlock | undefined {
  const [item] = block.items
  if (item?.type !== 'fairlead:native' || item.dialect !== dialect) return block
  const { data } = item.block
  const opened = isSealedText(data) ? openUnlessGone(data, blockContext(turn), cipher) : undefined
  return isJsonObject(opened) ? (opened as unknown as RetrievedBlock) : undefined
}

const itemContext = (id: string | undefined) => `item ${id ?? ''}`
const blockContext = (turn: string) => `retrieved for ${turn}`
