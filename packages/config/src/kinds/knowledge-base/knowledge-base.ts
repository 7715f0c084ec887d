import { KnowledgeBase } from '@fairlead/api'
import { ConditionError, readMetadataCondition } from '@fairlead/cel'
import type {
  KnowledgeBaseSettings,
  KnowledgeStoreSettings,
  MetadataRule,
} from '@fairlead/snapshot'
import { blockDefaults } from '../../judging/block-defaults.ts'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { settingsByKey } from '../../judging/settings-by-key.ts'
import { leavesDataDirectory } from '../../judging/data-directory.ts'
import { frozenCopy } from '../../values/freeze.ts'
import { identityOf, namespaceOf } from '../../values/resource-key.ts'
import { compileSource } from './compile-source.ts'

/** A base any of whose sources cannot be used has no settings: half of it would mislead. */
export const knowledgeBase: KindCompiler<KnowledgeBase, KnowledgeBaseSettings> = {
  type: KnowledgeBase,
  references: [],
  conditionTypes: [
    {
      type: 'Ready',
      reasons: {
        True: ['Ready'],
        False: ['Indexing', 'SourceFailed', 'Unavailable'],
        Unknown: ['NoReplicas'],
      },
    },
  ],
  compile: compileBase,
  statusFields: ({ resource: { spec } }) => ({
    mode: spec.retrieve === undefined ? (spec.index ?? indexDefaults).mode : 'External',
  }),
  claims: {
    of: ({ retriever, store }) =>
      retriever === undefined && store.type === 'SQLite'
        ? [{ subject: plainPath(store.path), name: store.path }]
        : [],
    without: () => undefined,
    describeLoss: ({ name }, winner) => `the file ${name} has the index of ${winner}`,
    refuses: true,
  },
  models: ({ index: { embeddingModel }, rerank }) => [
    ...(embeddingModel === undefined
      ? []
      : [{ path: 'spec.index.embedding.model', model: embeddingModel }]),
    ...(rerank === undefined ? [] : [{ path: 'spec.rerank.model', model: rerank.model }]),
  ],
  contribute: (members) => ({ knowledgeBases: settingsByKey(members) }),
}

/** The same for all spellings of a path: every step that goes nowhere is left out. */
function plainPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split(/[/\\]/)) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `${/^[/\\]/.test(path) ? '/' : ''}${parts.join('/')}`
}

const chunkingDefaults = blockDefaults(KnowledgeBase, 'chunking')
const indexDefaults = blockDefaults(KnowledgeBase, 'index')
const storeDefaults = blockDefaults(KnowledgeBase, 'store')

function compileBase(base: KnowledgeBase, findings: Findings): KnowledgeBaseSettings | undefined {
  const { chunking = chunkingDefaults, index = indexDefaults, retrieve, rerank } = base.spec
  const { access, sources: described } = base.spec
  if (chunking.overlapTokens * 2 > chunking.maxTokens) {
    findings.reject('spec.chunking.overlapTokens: must be at most half of maxTokens')
  }
  const sources = described.map((source, place) =>
    compileSource(source, `spec.sources[${place}]`, findings),
  )
  const store = compileStore(base, findings)
  const credential =
    retrieve?.credentialsSecretRef &&
    findings.secret(retrieve.credentialsSecretRef, 'spec.retrieve.credentialsSecretRef')
  if (retrieve?.credentialsSecretRef !== undefined && credential === undefined) return undefined
  const usable = sources.filter((source) => source !== undefined)
  if (store === undefined || usable.length < sources.length) return undefined
  return {
    ...identityOf(base),
    sources: usable,
    retriever: retrieve && {
      type: retrieve.type,
      url: retrieve.url,
      knowledgeId: retrieve.knowledgeId,
      credential,
      timeoutMs: findings.durationWithin(retrieve.timeout, 'spec.retrieve.timeout', ['1ms', '30s']),
    },
    chunking: frozenCopy(chunking),
    index: { mode: index.mode, embeddingModel: index.embedding?.model },
    store,
    rerank: rerank && { model: rerank.model, candidates: rerank.candidates },
    access: { groups: frozenCopy(access.groups), filter: compileFilter(base, findings) },
  }
}

function compileStore(base: KnowledgeBase, findings: Findings): KnowledgeStoreSettings | undefined {
  const { postgres, sqlite } = base.spec.store ?? storeDefaults
  if (postgres !== undefined) {
    const url = findings.secret(postgres.urlSecretRef, 'spec.store.postgres.urlSecretRef')
    return url && { type: 'Postgres', url, schema: postgres.schema }
  }
  const { name } = identityOf(base)
  const path = sqlite?.path ?? `knowledge/${namespaceOf(base)}/${name}.db`
  if (leavesDataDirectory(path)) {
    findings.reject(
      `spec.store.sqlite.path: ${JSON.stringify(path)} must name a file below the data directory`,
    )
  }
  return { type: 'SQLite', path }
}

function compileFilter(base: KnowledgeBase, findings: Findings): MetadataRule | undefined {
  const source = base.spec.access.metadataFilter.trim()
  if (source === '') return undefined
  try {
    return readMetadataCondition(source)
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error
    findings.reject(`spec.access.metadataFilter: ${error.message}`)
    return undefined
  }
}
