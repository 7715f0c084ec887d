import type { Item } from '@fairlead/llm'
import { brokenRules } from '../../packages/context/src/service/test-support/pairing-rules.ts'
import { pairToolCalls } from '../../packages/context/src/turns/pair-tool-calls.ts'
import { saidLines } from '../../packages/context/src/turns/test-support/same-conversation.ts'
import type { SeenPrompt } from './scripted-model.ts'

/** What a prompt says, so that the forms of all dialects are the same. */
export function saidIn(items: readonly Item[]): string {
  const said: string[] = []
  for (const line of saidLines(items)) {
    const text = line.replace(/\s+/g, '')
    const role = /^(?:system|user|assistant):/.exec(text)?.[0]
    // Some dialects have no messages of one role in a row.
    if (role !== undefined && said.at(-1)?.startsWith(role)) {
      said.push(`${said.pop()}${text.slice(role.length)}`)
    } else said.push(text)
  }
  return said.join('\n')
}

/** The prompt that an interface expects: what it shows, with every call answered. */
export function expectedPrompt(
  believes: readonly Item[],
  persona: string | undefined,
): readonly Item[] {
  const entries = believes.map((item) => ({ turn: '', item }))
  const paired = pairToolCalls(entries, []).entries.map(({ item }) => item)
  if (persona === undefined) return paired
  const content = [{ type: 'input_text', text: persona }] as const
  return [{ type: 'message', role: 'system', content }, ...paired]
}

/** The rules that a prompt breaks, if the body did not ask for it: some interfaces cut the beginning. */
export function brokenIn({ items }: SeenPrompt, believes: readonly Item[]): readonly string[] {
  const asked = new Set(brokenRules(expectedPrompt(believes, undefined)))
  return brokenRules(items).filter((problem) => !asked.has(problem))
}
