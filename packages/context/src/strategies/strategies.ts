import { full } from './full.ts'
import type { HistoryRule } from './history-rule.ts'
import { lastTurns } from './last-turns.ts'
import { summarize } from './summarize.ts'
import { tokenWindow } from './token-window.ts'

/** Every rule by which history can be selected; adding one here serves its mode. */
const rules = [full, lastTurns, tokenWindow, summarize] as const

type SettingsOf<Rule> = Rule extends HistoryRule<infer Settings> ? Settings : never

/** `spec.history` of a ContextStrategy: the mode and the settings of its rule. */
export type HistorySettings = SettingsOf<(typeof rules)[number]>

/** Sound although each rule takes only its own settings: `historyRuleFor` looks rules up by mode. */
export const historyRules: readonly HistoryRule<HistorySettings>[] = rules

/** Values of ContextStrategy `spec.history.mode` that are supported. */
export const historyModes: readonly string[] = historyRules.map(({ mode }) => mode)
