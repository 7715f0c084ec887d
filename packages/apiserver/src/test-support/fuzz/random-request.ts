import type { SeededRandom } from '@fairlead/base/testing'

import { builtInResources, type BuiltInResource } from '../../api-types/built-in-resource.ts'
import { decodeMessage } from '../../decoding/decode-message.ts'
import { parseJsonText } from '../../decoding/json-text.ts'
import { writeYaml } from '../../decoding/write-yaml.ts'
import { writeMessage } from '../../protobuf/protobuf-message.ts'
import { RandomObjects } from './random-object.ts'

/** A request that a client may send, sense or not. */
export interface FuzzRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

/** The custom resource that is fuzzed beside the built-in kinds. */
export const fuzzedDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.fuzz.example.com' },
  spec: {
    group: 'fuzz.example.com',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' },
        },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  n: { type: 'integer', default: 1, maximum: 10 },
                  f: { type: 'number' },
                  any: { 'x-kubernetes-preserve-unknown-fields': true },
                  list: {
                    type: 'array',
                    maxItems: 10,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['k'],
                    items: {
                      type: 'object',
                      required: ['k'],
                      properties: { k: { type: 'string', maxLength: 10 } },
                    },
                  },
                  port: { 'x-kubernetes-int-or-string': true },
                  pod: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                },
                'x-kubernetes-validations': [{ rule: '!has(self.n) || self.n < 100' }],
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
} as const

interface Target {
  readonly root: string
  readonly plural: string
  readonly kind: string
  readonly apiVersion: string
  readonly namespaced: boolean
  /** Published name of the type; absent for the custom resource. */
  readonly type?: string
  readonly subresources: readonly string[]
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const oddMethods = ['HEAD', 'OPTIONS', 'BREW', 'PROPFIND'] as const
const names = [
  'a',
  'b',
  'a.example.com',
  'default',
  'things.fuzz.example.com',
  '%2e%2e',
  '__proto__',
  'x%00y',
]
const accepts = [
  '*/*',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf,application/json',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/cbor',
  'text/html;q=0.1,;,=',
  ';;;q=x,',
]
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]
const queries = [
  'dryRun=All',
  'dryRun=Some',
  'fieldManager=m',
  'fieldManager=%00',
  'force=true',
  'force=x',
  'fieldValidation=Strict',
  'fieldValidation=Ignore',
  'fieldValidation=x',
  'limit=1',
  'limit=-1',
  'limit=9999999999999999999999',
  'continue=x',
  'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIifQ',
  'labelSelector=a',
  'labelSelector=a+in+(',
  'labelSelector=%00',
  'fieldSelector=metadata.name%3Da',
  'fieldSelector=spec.x!%3Da,',
  'resourceVersion=0',
  'resourceVersion=1&resourceVersionMatch=Exact',
  'resourceVersion=99999999999999999999',
  'resourceVersion=x',
  'resourceVersionMatch=NotOlderThan',
  'propagationPolicy=Foreground',
  'propagationPolicy=x',
  'gracePeriodSeconds=-1',
  'gracePeriodSeconds=1e400',
  'includeObject=Object',
  'includeObject=x',
  'pretty=true',
  '%',
  '&&=&a=b=c',
]
const otherPaths = [
  '/',
  '/api',
  '/apis',
  '/api/v1',
  '/apis/apps',
  '/apis/apps/v1',
  '/apis/x/y/z',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/apis/apps/v1',
  '/openapi/v3/..%2f..',
  '/version',
  '/healthz',
  '/readyz?verbose',
  '/metrics',
  '/api/v1/namespaces/a/pods/b/log',
  '/api/v1/namespaces/a/pods/b/exec?command=x',
  '/api/v1/watch/pods?timeoutSeconds=1',
  '/api//v1/pods',
  '/api/v1/namespaces//pods',
  '/apis/apps/v1/namespaces/a/deployments/b/status/c/d',
  '/%ff',
  '/api/v1/namespaces/%e0%a4%a/pods',
]

/** Generates requests; the same seed gives the same ones. */
export class RandomRequests {
  readonly #objects: RandomObjects
  readonly #random: SeededRandom
  readonly #targets: readonly Target[]

  constructor(random: SeededRandom) {
    this.#random = random
    this.#objects = new RandomObjects(random, 0.03)
    this.#targets = [...builtInResources().map(targetOf), custom, custom, custom]
  }

  next(): FuzzRequest {
    const random = this.#random
    if (random.chance(0.03)) return this.#other()
    const target = random.pick(this.#targets)
    const method = random.chance(0.01)
      ? random.pick(oddMethods)
      : random.chance(0.4)
        ? 'POST'
        : random.pick(methods)
    const path = this.#path(target, method)
    const hasBody = method !== 'GET' && method !== 'HEAD' && !random.chance(0.03)
    const { type, body } = hasBody ? this.#body(target, method) : { type: '', body: undefined }
    return { method, path: path + this.#query(method), headers: this.#headers(type), body }
  }

  #other(): FuzzRequest {
    const random = this.#random
    return {
      method: this.#random.chance(0.8) ? 'GET' : random.pick(methods),
      path: random.pick(otherPaths),
      headers: this.#headers(''),
      body: undefined,
    }
  }

  #path({ root, plural, namespaced, subresources }: Target, method: string): string {
    const random = this.#random
    const isOdd = this.#random.chance(0.02)
    const scope =
      namespaced !== isOdd
        ? `/namespaces/${random.pick(['default', 'default', 'a', ...names])}`
        : ''
    const collection = `${root}${scope}/${plural}`
    const isCollection = method === 'POST' ? this.#random.chance(0.9) : this.#random.chance(0.2)
    if (isCollection) return collection
    const object = `${collection}/${random.pick(names)}`
    if (!this.#random.chance(0.25)) return object
    return `${object}/${random.pick([...subresources, 'status', 'scale', 'x'])}`
  }

  #query(method: string): string {
    const parts: string[] = []
    // What is stored stays, so most is not.
    if (method !== 'GET' && this.#random.chance(0.7)) parts.push('dryRun=All')
    if (method === 'PATCH' && this.#random.chance(0.5)) parts.push('fieldManager=m')
    while (this.#random.chance(0.25)) parts.push(this.#random.pick(queries))
    return parts.length === 0 ? '' : `?${parts.join('&')}`
  }

  #headers(type: string): Record<string, string> {
    return {
      ...(type === '' ? {} : { 'content-type': type }),
      ...(this.#random.chance(0.4) ? { accept: this.#random.pick(accepts) } : {}),
    }
  }

  #body(target: Target, method: string): { type: string; body: Buffer } {
    const random = this.#random
    const text = this.#text(target, method)
    const odd = random.pick([
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
      'text/plain',
      '',
    ])
    if (this.#random.chance(0.04)) return { type: odd, body: this.#spoiled(Buffer.from(text)) }
    if (method === 'PATCH')
      return { type: random.pick(patchTypes), body: this.#sometimesSpoiled(text) }
    if (this.#random.chance(0.1)) {
      const encoded = this.#encoded(target, text)
      if (encoded !== undefined) return encoded
    }
    return { type: 'application/json', body: this.#sometimesSpoiled(text) }
  }

  #text(target: Target, method: string): string {
    const random = this.#random
    if (method === 'DELETE') {
      return this.#objects.named('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions')
    }
    if (method === 'PATCH' && this.#random.chance(0.3)) return this.#jsonPatch()
    const members =
      target.type === undefined ? this.#customMembers() : this.#objects.members(target.type, 0)
    const named = members.filter((member) => !member.startsWith('"metadata"'))
    const metadata = this.#random.chance(0.8)
      ? [`"metadata":{"name":${JSON.stringify(random.pick(names))}}`]
      : members.filter((member) => member.startsWith('"metadata"'))
    const type = this.#random.chance(0.95)
      ? [`"apiVersion":${JSON.stringify(target.apiVersion)},"kind":${JSON.stringify(target.kind)}`]
      : []
    return `{${[...type, ...metadata, ...named].join(',')}}`
  }

  #customMembers(): string[] {
    const fields = ['n', 'f', 'any', 'list', 'port', 'pod', 'bogus']
    const members = fields
      .filter(() => this.#random.chance(0.4))
      .map((field) => `"${field}":${this.#objects.hostile()}`)
    const metadata = this.#objects.named('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
    return [
      `"metadata":${metadata}`,
      `"spec":{${members.join(',')}}`,
      ...(this.#random.chance(0.3) ? [`"status":${this.#objects.hostile()}`] : []),
    ]
  }

  #jsonPatch(): string {
    const random = this.#random
    const operation = (): string => {
      const op = random.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'x'])
      const path = random.pick([
        '/metadata/labels',
        '/spec',
        '/spec/x',
        '/metadata/name',
        '',
        '/a/b/0',
        'x',
        '/~2',
      ])
      return `{"op":"${op}","path":"${path}","from":"/metadata","value":${this.#objects.hostile()}}`
    }
    return `[${Array.from({ length: this.#random.below(3) }, operation).join(',')}]`
  }

  /** YAML or protobuf of the same object, if it is one. */
  #encoded(
    { type, apiVersion, kind }: Target,
    text: string,
  ): { type: string; body: Buffer } | undefined {
    try {
      const value = parseJsonText(Buffer.from(text))
      if (type === undefined || this.#random.chance(0.4)) {
        return { type: 'application/yaml', body: this.#sometimesSpoiled(writeYaml(value)) }
      }
      const { object } = decodeMessage(type, value)
      const body = writeMessage(type, object, { apiVersion, kind })
      return {
        type: 'application/vnd.kubernetes.protobuf',
        body: this.#random.chance(0.3) ? this.#spoiled(body) : body,
      }
    } catch {
      return undefined
    }
  }

  #sometimesSpoiled(text: string): Buffer {
    const body = Buffer.from(text)
    return this.#random.chance(0.05) ? this.#spoiled(body) : body
  }

  /** Cut, or with a changed byte, or with a part of it twice. */
  #spoiled(body: Buffer): Buffer {
    const at = this.#random.below(body.length)
    if (this.#random.chance(0.3)) return body.subarray(0, at)
    if (this.#random.chance(0.3)) return Buffer.concat([body.subarray(0, at), body])
    const changed = Buffer.from(body)
    if (changed.length > 0) changed[at] = this.#random.below(256)
    return changed
  }
}

const custom: Target = {
  root: '/apis/fuzz.example.com/v1',
  plural: 'things',
  kind: 'Thing',
  apiVersion: 'fuzz.example.com/v1',
  namespaced: true,
  subresources: ['status', 'scale'],
}

function targetOf(resource: BuiltInResource): Target {
  const { group, version, plural, kind, namespaced, type, subresources = [] } = resource
  const apiVersion = group === '' ? version : `${group}/${version}`
  return {
    root: group === '' ? '/api/v1' : `/apis/${apiVersion}`,
    plural,
    kind,
    apiVersion,
    namespaced,
    type,
    subresources: subresources.map(({ name }) => name),
  }
}
