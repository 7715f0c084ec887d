import { canonicalJson, parseJson } from '@fairlead/base'
import type { Item } from '@fairlead/llm'
import { isModelItem } from '../item-kind.ts'
import { itemText, mediaParts } from '../item-text.ts'
import { collapsedText, normalisedAnswer } from '../normalised-text.ts'

/**
 * What a conversation says, a line for each message, call and output, so that two forms of the same
 * conversation are the same lines. Ids, thinking and marks of citations are not told.
 */
export function saidLines(items: readonly Item[]): string[] {
  const lines: string[] = []
  let answer = ''
  const endAnswer = () => {
    if (answer !== '') lines.push(`assistant: ${answer}`)
    answer = ''
  }
  for (const item of items) {
    if (item.type === 'message' && isModelItem(item)) {
      answer += normalisedAnswer(itemText(item)).text
      continue
    }
    if (item.type === 'reasoning' || item.type === 'fairlead:native') continue
    endAnswer()
    lines.push(lineOf(item))
  }
  endAnswer()
  return lines
}

function lineOf(item: Exclude<Item, { type: 'reasoning' | 'fairlead:native' }>): string {
  if (item.type === 'function_call') {
    return `call ${item.name} ${canonicalJson(parseJson(item.arguments))}`
  }
  const media = mediaParts(item).map((part) => ` ${JSON.stringify(part)}`)
  const role = item.type === 'message' ? item.role : 'output'
  return `${role}: ${collapsedText(itemText(item))}${media.join('')}`
}
