import { type ContextStrategy, KnowledgeBase } from '@fairlead/api'
import { parseSectionTemplate } from '@fairlead/base'
import type { KnowledgeUse } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import { namespaceOf, resourceKey } from '../../values/resource-key.ts'

/**
 * What is retrieved for each message. A base that cannot be resolved stays, as one whose searches fail:
 * without it, a call that wants no answer without knowledge would get one.
 */
export function compileKnowledge(
  strategy: ContextStrategy,
  findings: Findings,
): KnowledgeUse | undefined {
  const { knowledge } = strategy.spec
  if (knowledge === undefined) return undefined
  const { citations, maxTokens, onFailure, placement, query, rewrite, template } = knowledge
  const path = 'spec.knowledge'
  const bases = knowledge.bases.map(({ ref, topK, minScore }, index) => {
    const key = findings.resolve(KnowledgeBase, ref, `${path}.bases[${index}].ref`)
    const named = key ?? resourceKey(ref.namespace ?? namespaceOf(strategy), ref.name)
    const settings = { topK, minScore: minScore === undefined ? undefined : Number(minScore) }
    return { key: named, ...settings, ...(key === undefined ? { unresolved: true as const } : {}) }
  })
  if (template !== undefined) checkTemplate(template, `${path}.template`, findings)
  if (query === 'Rewritten' && rewrite === undefined) {
    findings.reject(`${path}.rewrite: required for query Rewritten`)
  }
  return {
    bases,
    query: query === 'Rewritten' ? { mode: query, model: rewrite?.model ?? '' } : { mode: query },
    maxTokens,
    placement,
    template,
    citations,
    onFailure,
  }
}

/** The names that stand for parts of a passage. */
const grammar = {
  section: 'chunks',
  names: ['index', 'title', 'url', 'base', 'text'],
  required: 'text',
}

function checkTemplate(template: string, path: string, findings: Findings): void {
  try {
    parseSectionTemplate(template, grammar)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    findings.reject(`${path}: ${error.message}`)
  }
}
