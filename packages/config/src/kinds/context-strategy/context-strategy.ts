import { ContextStrategy, KnowledgeBase } from '@fairlead/api'
import type { Capabilities, ContextStrategySettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler, NamedModel } from '../../judging/kind-compiler.ts'
import { settingsByKey } from '../../judging/settings-by-key.ts'
import { identityOf } from '../../values/resource-key.ts'
import { compileKnowledge } from './compile-knowledge.ts'
import { compileMemory } from './compile-memory.ts'

/** What is used instead of a mode that is not served. */
const fallbackMode = 'Full'

export const contextStrategy: KindCompiler<ContextStrategy, ContextStrategySettings> = {
  type: ContextStrategy,
  references: [KnowledgeBase],
  compile: (strategy, findings, capabilities) => ({
    ...identityOf(strategy),
    history: compileHistory(strategy, findings, capabilities),
    retrieval: compileRetrieval(strategy, findings),
    reserveOutputTokens: strategy.spec.budget.reserveOutputTokens,
    historyTokens: strategy.spec.budget.historyTokens,
    promptCaching: strategy.spec.promptCaching,
    compactAtTokens: strategy.spec.providerCompaction?.atTokens,
    onOverflow: strategy.spec.onOverflow,
    onConcurrent: {
      mode: strategy.spec.onConcurrent.mode,
      maxWaitMs: findings.duration(strategy.spec.onConcurrent.maxWait, 'spec.onConcurrent.maxWait'),
    },
    onDisconnect: strategy.spec.onDisconnect,
    knowledge: compileKnowledge(strategy, findings),
    memory: compileMemory(strategy.spec.memory, findings),
  }),
  needs: ({ knowledge }) =>
    (knowledge?.bases ?? [])
      .filter(({ unresolved }) => unresolved !== true)
      .map(({ key }) => ({ type: KnowledgeBase, key })),
  unsupportedFields: ({ historyModes }) => [
    {
      path: 'spec.history.mode',
      unless: historyModes,
      instead: `the full history is sent, as with ${fallbackMode}`,
    },
  ],
  models: namedModels,
  contribute: (members) => ({ contextStrategies: settingsByKey(members) }),
}

function namedModels({
  history,
  knowledge,
  memory,
  retrieval,
}: ContextStrategySettings): readonly NamedModel[] {
  const named = {
    'spec.history.summarize.model': history.mode === 'Summarize' ? history.model : undefined,
    'spec.retrieval.model': 'model' in retrieval ? retrieval.model : undefined,
    'spec.knowledge.rewrite.model':
      knowledge?.query.mode === 'Rewritten' ? knowledge.query.model : undefined,
    'spec.memory.extract.model': memory?.extract?.model,
  }
  return Object.entries(named).flatMap(([path, model]) =>
    model === undefined ? [] : [{ path, model }],
  )
}

function compileHistory(
  { spec: { history } }: ContextStrategy,
  findings: Findings,
  { historyModes }: Capabilities,
): ContextStrategySettings['history'] {
  const { mode, lastTurns, summarize, tokenWindow } = history
  if (!historyModes.includes(mode)) return { mode: fallbackMode }
  switch (mode) {
    case 'LastTurns':
      if (lastTurns === undefined) return missing('lastTurns', mode, findings)
      return { mode, turns: lastTurns.turns, slackTurns: lastTurns.slackTurns ?? lastTurns.turns }
    case 'TokenWindow':
      return tokenWindow === undefined
        ? missing('tokenWindow', mode, findings)
        : { mode, ...tokenWindow }
    case 'Summarize':
      return summarize === undefined
        ? missing('summarize', mode, findings)
        : { mode, ...summarize, model: summarize.model }
    default:
      return { mode: fallbackMode }
  }
}

function compileRetrieval(
  { spec: { retrieval } }: ContextStrategy,
  findings: Findings,
): ContextStrategySettings['retrieval'] {
  const { maxTokens, mode, model, neighbours } = retrieval
  if (mode === 'None') return { mode }
  const bounds = { maxTokens, neighbours }
  if (mode === 'BM25') return { mode, ...bounds }
  if (model !== undefined) return { mode, ...bounds, model }
  reject('spec.retrieval.model', mode, findings)
  return { mode: 'BM25', ...bounds }
}

function missing(
  field: string,
  mode: string,
  findings: Findings,
): ContextStrategySettings['history'] {
  reject(`spec.history.${field}`, mode, findings)
  return { mode: fallbackMode }
}

/** The schema's rules say so, too: what is stored may be older than they are. */
function reject(field: string, mode: string, findings: Findings): void {
  findings.reject(`${field}: required for mode ${mode}`)
}
