import type { ToolDefinition } from '@fairlead/llm'

/**
 * The persona's tools and the caller's, sorted by name: the same tools in another order must not
 * change the prompt's prefix. Of two with one name the persona's is taken.
 */
export function mergeTools(
  persona: readonly ToolDefinition[],
  request: readonly ToolDefinition[],
): ToolDefinition[] {
  const byName = new Map([...request, ...persona].map((tool) => [tool.name, tool]))
  return [...byName.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1))
}
