/** Thinking tokens for each effort, for Claude models that take a budget, wherever they run. */
const budgets: ReadonlyMap<string, number> = new Map([
  ['minimal', 1024],
  ['low', 2048],
  ['medium', 8192],
  ['high', 16_384],
  ['xhigh', 32_000],
  ['max', 32_000],
])

/** https://platform.claude.com/docs/en/build-with-claude/extended-thinking: the least budget. */
export const thinkingBudgetMin = 1024

/** The budget that corresponds to an effort; the least one for an unknown effort. */
export function budgetOfEffort(effort: string): number {
  return budgets.get(effort) ?? thinkingBudgetMin
}

/** The effort that corresponds to a budget, for models that know efforts only. */
export function effortOfBudget(budgetTokens: number): string {
  if (budgetTokens <= 2048) return 'low'
  return budgetTokens <= 8192 ? 'medium' : 'high'
}
