import {
  difyRetriever,
  type Fetch,
  type FoundPassage,
  type KnowledgeQuery,
  openAIVectorStoreRetriever,
} from '@fairlead/knowledge'
import type { KnowledgeRetrieverSettings } from '@fairlead/snapshot'
import type { KnowledgeSearcher } from '../call/knowledge-searcher.ts'
import { networkIdentityClient } from '../identity/network-identity-client.ts'
import type { SecretSource } from '../sources/sources.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'

/** An answer has some tens of passages of some kilobytes. */
const answerBytesMax = 4 * 1024 * 1024
/** To one service, from one process: what is beyond waits, within its time. */
const connectionsMax = 64

const retrieverTypes = { Dify: difyRetriever, OpenAIVectorStore: openAIVectorStoreRetriever }

interface ExternalRetrieversOptions {
  readonly pools: UpstreamPools
  readonly secrets: SecretSource
  /** Who searches the bases that have an index; undefined: nobody here. */
  readonly indexes: Pick<KnowledgeSearcher, 'search'> | undefined
}

/**
 * Searches bases with an index where that is, and asks the services of all others: only at addresses
 * that providers could have. Their scores count as they are.
 */
export function knowledgeSearcher(options: ExternalRetrieversOptions): KnowledgeSearcher {
  const { indexes, pools, secrets } = options
  return {
    async search(base, query, gateway) {
      const { retriever } = base
      if (retriever !== undefined) {
        const fetch = fetchBy(pools, gateway.allowPrivateNetworks)
        return ask(retriever, query, { fetch, secrets })
      }
      if (indexes === undefined) throw new Error('nobody has its index here')
      return indexes.search(base, query, gateway)
    },
  }
}

async function ask(
  { credential, knowledgeId, type, url }: KnowledgeRetrieverSettings,
  query: KnowledgeQuery,
  { fetch, secrets }: { readonly fetch: Fetch; readonly secrets: SecretSource },
): Promise<readonly FoundPassage[]> {
  const key = credential && secrets.get(credential)?.trim()
  if (credential !== undefined && (key ?? '') === '') {
    throw new Error(`its Secret ${credential.namespace}/${credential.name} has no key`)
  }
  return retrieverTypes[type]({ url, knowledgeId, key, fetch }).search(query)
}

function fetchBy(pools: UpstreamPools, allowPrivate: boolean): Fetch {
  const egress = { allowPrivate, proxy: undefined }
  const client = networkIdentityClient(pools, egress, answerBytesMax, connectionsMax)
  return (url, { body, headers, method, signal }) =>
    client.send(
      {
        method,
        url,
        headers: Object.entries(headers).flat(),
        ...(body === undefined ? {} : { body }),
        reach: 'Network',
      },
      signal,
    )
}
