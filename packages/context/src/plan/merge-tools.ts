import type { ToolDefinition } from '@fairlead/llm'

/**
 * The persona's tools and the caller's, sorted by name, so that the order in which they are given
 * does not change the prompt's prefix. The persona's tool wins over a caller's of the same name.
 */
export function mergeTools(
  persona: readonly ToolDefinition[],
  request: readonly ToolDefinition[],
): ToolDefinition[] {
  const byName = new Map([...request, ...persona].map((tool) => [tool.name, tool]))
  return [...byName.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1))
}
