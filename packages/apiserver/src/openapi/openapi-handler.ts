import { createHash } from 'node:crypto'

import { errors } from '@fairlead/kube-core'

import { acceptsJson, parseAccept } from '../exchange/accept.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type ApiResponse } from '../exchange/api-response.ts'
import { withEntityTag } from '../exchange/entity-tag.ts'
import type { Registry } from '../resources/registry.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { publishPaths } from './paths.ts'
import { publishSchemas } from './publish-schema.ts'
import {
  emptyVersion2Document,
  version2ProtobufAccept,
  version2ProtobufType,
} from './version2-protobuf.ts'

interface Document {
  readonly json: string
  readonly hash: string
}

const documentInfo = { title: 'Fairlead', version: 'v1.32.4' }

/** Answers `/openapi/v3`, its documents for each group and version, and `/openapi/v2`. */
export class OpenApiHandler {
  readonly #registry: Registry
  #documents = new Map<string, Document>()
  #generation = -1

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Undefined when the path is not about OpenAPI. @throws StatusError 404 or 406 */
  handle(request: ApiRequest): ApiResponse | undefined {
    if (request.path === '/openapi/v2') return this.#version2(request)
    if (request.path === '/openapi/v3') return this.#index(request)
    if (!request.path.startsWith('/openapi/v3/')) return undefined
    requireJson(request)
    const document = this.#document(request.path.slice('/openapi/v3/'.length))
    if (document === undefined) throw errors.unknownResource()
    // The hash in the URL names exactly this content, so a client may keep it for good.
    const isPinned = request.query.get('hash') === document.hash
    const response = withEntityTag(request, raw(document))
    if (!isPinned) return response
    const headers = { ...response.headers, 'cache-control': 'public, immutable, max-age=31536000' }
    return { ...response, headers }
  }

  #index(request: ApiRequest): ApiResponse {
    const paths = [...this.#definitionsByPath().keys()].map((path) => {
      const hash = this.#document(path)?.hash ?? ''
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }] as const
    })
    return withEntityTag(request, jsonResponse(200, { paths: Object.fromEntries(paths) }))
  }

  #version2(request: ApiRequest): ApiResponse {
    const accepted = parseAccept(request.accept)
    const asksProtobuf = accepted.some(({ mediaType }) => mediaType === version2ProtobufAccept)
    if (asksProtobuf && !accepted.some(acceptsJson)) {
      const { title, version } = documentInfo
      const headers = { 'content-type': version2ProtobufType }
      return { status: 200, headers, body: emptyVersion2Document(title, version) }
    }
    requireJson(request)
    return withEntityTag(
      request,
      jsonResponse(200, {
        swagger: '2.0',
        info: documentInfo,
        paths: publishPaths(this.#registry.all, 2),
        definitions: publishSchemas(this.#registry.all, '#/definitions/'),
      }),
    )
  }

  /** Made when first asked for, kept until what is served changes. */
  #document(path: string): Document | undefined {
    if (this.#generation !== this.#registry.generation) {
      this.#documents = new Map()
      this.#generation = this.#registry.generation
    }
    const known = this.#documents.get(path)
    if (known !== undefined) return known
    const definitions = this.#definitionsByPath().get(path)
    if (definitions === undefined) return undefined
    const json = JSON.stringify({
      openapi: '3.0.0',
      info: documentInfo,
      paths: publishPaths(definitions, 3),
      components: { schemas: publishSchemas(definitions, '#/components/schemas/') },
    })
    const hash = createHash('sha512').update(json).digest('hex').toUpperCase()
    const document = { json, hash }
    this.#documents.set(path, document)
    return document
  }

  #definitionsByPath(): Map<string, ResourceDefinition[]> {
    return Map.groupBy(this.#registry.all, ({ group, version }) =>
      group === '' ? `api/${version}` : `apis/${group}/${version}`,
    )
  }
}

function raw({ json }: Document): ApiResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: json }
}

/** Clients ask for protobuf first; told that there is none, kubectl goes on without or uses JSON. */
function requireJson(request: ApiRequest): void {
  if (parseAccept(request.accept).some(acceptsJson)) return
  throw errors.notAcceptable('only application/json is available')
}
