import type { Item } from '@fairlead/llm'
import { isUserMessage } from '../turns/item-kind.ts'
import { itemText } from '../turns/item-text.ts'
import { outputInHistory } from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'

/** What was said in a turn, as far as it is looked for and quoted: no reasoning, calls or outputs. */
export interface SaidInTurn {
  readonly question: string
  readonly answer: string
}

export function saidIn(turn: Turn): SaidInTurn {
  return {
    question: questionIn(turn.input),
    answer: textOf(outputInHistory(turn).filter(isAnswer)),
  }
}

/** What users say in some items. */
export function questionIn(input: readonly Item[]): string {
  return textOf(input.filter(isUserMessage))
}

function isAnswer(item: Item): boolean {
  return item.type === 'message' && item.role === 'assistant'
}

function textOf(items: readonly Item[]): string {
  return items.map(itemText).join('\n').trim()
}
