import type { ToolDefinition } from '@fairlead/llm'
import type { FrozenTool } from '../turns/conversation.ts'
import { digest } from './digest.ts'

interface OrderedTools {
  readonly tools: readonly ToolDefinition[]
  /** What the epoch keeps of them. */
  readonly frozen: readonly FrozenTool[]
  /** Whether a tool of the epoch is gone or defined in another way. */
  readonly changed: boolean
}

/**
 * Tools, whose names are sorted, in the order of an epoch: those that it has already as they stand,
 * then those that are new to it, so that what a provider has cached of the list stays valid. When
 * one of its tools is gone or changed, all are sorted anew.
 */
export function orderTools(
  sorted: readonly ToolDefinition[],
  epoch: readonly FrozenTool[],
): OrderedTools {
  const given = new Map(sorted.map((tool) => [tool.name, { tool, hash: digest([tool]) }]))
  const changed = epoch.some(({ name, hash }) => given.get(name)?.hash !== hash)
  const known = changed ? [] : epoch
  const knownNames = new Set(known.map(({ name }) => name))
  const names = [...knownNames, ...[...given.keys()].filter((name) => !knownNames.has(name))]
  const ordered = names.flatMap((name) => given.get(name) ?? [])
  return {
    tools: ordered.map(({ tool }) => tool),
    frozen: ordered.map(({ tool, hash }) => ({ name: tool.name, hash })),
    changed,
  }
}
