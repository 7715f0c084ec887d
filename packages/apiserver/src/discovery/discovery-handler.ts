import { acceptsJson, parseAccept, requireDocumentAccepted } from '../exchange/accept.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { documentResponse, jsonResponse, type ApiResponse } from '../exchange/api-response.ts'
import { withEntityTag } from '../exchange/entity-tag.ts'
import { requireProduced, usualTypes } from '../exchange/require-produced.ts'
import type { Registry } from '../resources/registry.ts'
import {
  aggregatedDiscovery,
  coreVersions,
  groupDocument,
  groupList,
  groupResources,
  resourceList,
  type ServedGroup,
} from './discovery-documents.ts'
import { rootPaths } from './root-paths.ts'

/** Serves the discovery documents: `/`, `/api`, `/apis` and the non-resource paths below them. */
export class DiscoveryHandler {
  readonly #registry: Registry
  readonly #otherPaths: readonly string[]
  #groups: readonly ServedGroup[] = []
  #generation = -1

  /** @param otherPaths what `/` lists besides what is always there */
  constructor(registry: Registry, otherPaths: readonly string[]) {
    this.#registry = registry
    this.#otherPaths = otherPaths
  }

  /** Undefined when the path is not a discovery document. @throws StatusError 406 */
  handle(request: ApiRequest): ApiResponse | undefined {
    const [root, ...segments] = request.path.split('/').filter((segment) => segment !== '')
    if (root === undefined) {
      return documentResponse(200, rootPaths(this.#currentGroups(), this.#otherPaths))
    }
    if (root === 'api') return this.#core(request, segments)
    if (root === 'apis') return this.#named(request, segments)
    return undefined
  }

  #core(request: ApiRequest, segments: readonly string[]): ApiResponse | undefined {
    const core = this.#currentGroups().filter(({ name }) => name === '')
    if (segments.length === 0) {
      return aggregated(request, core) ?? routed(request, coreVersions(request.host))
    }
    return segments.length === 1 ? versionDocument(request, core[0], segments[0]) : undefined
  }

  #named(request: ApiRequest, segments: readonly string[]): ApiResponse | undefined {
    const named = this.#currentGroups().filter(({ name }) => name !== '')
    if (segments.length === 0) {
      return aggregated(request, named) ?? document(request, groupList(named))
    }
    const group = named.find(({ name }) => name === segments[0])
    if (group === undefined) return undefined
    if (segments.length === 1) return document(request, groupDocument(group))
    return segments.length === 2 ? versionDocument(request, group, segments[1]) : undefined
  }

  #currentGroups(): readonly ServedGroup[] {
    if (this.#generation !== this.#registry.generation) {
      this.#groups = groupResources(this.#registry.all)
      this.#generation = this.#registry.generation
    }
    return this.#groups
  }
}

function versionDocument(
  request: ApiRequest,
  group: ServedGroup | undefined,
  version: string | undefined,
): ApiResponse | undefined {
  const found = group?.versions.find(({ name }) => name === version)
  if (group === undefined || found === undefined) return undefined
  const groupVersion = group.name === '' ? found.name : `${group.name}/${found.name}`
  const isCustom = found.resources.every(({ origin }) => origin === 'custom')
  const answer = isCustom ? document : routed
  return answer(request, resourceList(groupVersion, found.resources))
}

function document(request: ApiRequest, content: object): ApiResponse {
  requireDocumentAccepted(request.accept)
  return jsonResponse(200, content)
}

/** What a route of go-restful leads to. */
function routed(request: ApiRequest, content: object): ApiResponse {
  requireProduced(request.accept, usualTypes)
  return document(request, content)
}

/** The aggregated form if the client prefers it to the plain one. */
function aggregated(request: ApiRequest, groups: readonly ServedGroup[]): ApiResponse | undefined {
  for (const entry of parseAccept(request.accept)) {
    if (!acceptsJson(entry)) continue
    const { parameters } = entry
    if (parameters.get('as') !== 'APIGroupDiscoveryList') return undefined
    const version = parameters.get('v')
    if (version !== 'v2' && version !== 'v2beta1') continue
    const response = jsonResponse(200, aggregatedDiscovery(groups, version), {
      'content-type': `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
      vary: 'Accept',
    })
    return withEntityTag(request, response)
  }
  return undefined
}
