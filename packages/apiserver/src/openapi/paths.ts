import type { JsonObject } from '@fairlead/base'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import {
  forAllNamespaces,
  operationDescription,
  operationId,
  operationTag,
  type OperationVerb,
} from './operation-name.ts'
import type { OperationAction, OperationParameters } from './operation-parameters.ts'
import { deleteOptionsName, patchName, scaleName, statusName } from './shared-schemas.ts'
import type { OpenApiVersion } from './version-forms.ts'

/**
 * The paths of custom kinds with their operations, as the builder of apiextensions-apiserver
 * describes them, which programs that generate clients read. kubectl reads which kinds support
 * `fieldValidation`, `dryRun` and which patches.
 */
export function publishPaths(
  definitions: readonly ResourceDefinition[],
  version: OpenApiVersion,
  parameters: OperationParameters,
): Record<string, object> {
  return Object.fromEntries(
    definitions.flatMap((definition) => new KindPaths(definition, version, parameters).all()),
  )
}

/** An operation on objects of a kind, or on a part of them. */
interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch'
  readonly action: OperationAction
  readonly verb: OperationVerb
  /** The schema of what it answers with. */
  readonly answer: string
  readonly subresource?: string
}

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
]

const codes: Readonly<Partial<Record<OperationAction, readonly number[]>>> = {
  post: [200, 201, 202],
  put: [200, 201],
  delete: [200, 202],
}
const codeNames: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' }

class KindPaths {
  readonly #definition: ResourceDefinition
  readonly #version: OpenApiVersion
  readonly #parameters: OperationParameters

  constructor(
    definition: ResourceDefinition,
    version: OpenApiVersion,
    parameters: OperationParameters,
  ) {
    this.#definition = definition
    this.#version = version
    this.#parameters = parameters
  }

  all(): [string, object][] {
    const { group, version, plural, namespaced, openApiName, scale } = this.#definition
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
    const collection = `${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`
    const ofPath = namespaced ? [this.#parameters.namespace] : []
    const ofObject = [this.#nameParameter(), ...ofPath]
    const answer = openApiName
    const subresource = (name: string, shown: string): [string, object] => [
      `${collection}/{name}/${name}`,
      this.#path(
        readAndWrite(shown).map((each) => ({ ...each, subresource: name })),
        ofObject,
      ),
    ]
    return [
      ...(namespaced ? [this.#listOfAll(`${root}/${plural}`)] : []),
      [
        collection,
        this.#path(
          [
            this.#listing(),
            { method: 'post', action: 'post', verb: 'create', answer },
            {
              method: 'delete',
              action: 'deletecollection',
              verb: 'deletecollection',
              answer: statusName,
            },
          ],
          ofPath,
        ),
      ],
      [
        `${collection}/{name}`,
        this.#path(
          [
            ...readAndWrite(answer),
            { method: 'delete', action: 'delete', verb: 'delete', answer: statusName },
          ],
          ofObject,
        ),
      ],
      ...(this.#definition.hasStatusSubresource ? [subresource('status', answer)] : []),
      ...(scale === undefined ? [] : [subresource('scale', scaleName)]),
    ]
  }

  #listing(): Operation {
    const answer = `${this.#definition.openApiName}List`
    return { method: 'get', action: 'list', verb: 'list', answer }
  }

  /** What all operations of a path have in common is said of the path: here there is only one. */
  #listOfAll(path: string): [string, object] {
    const { parameters: _, ...operation } = this.#operation(this.#listing(), forAllNamespaces)
    const { of, pretty } = this.#parameters
    const parameters = [...of.list, pretty].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    return [path, { get: operation, parameters }]
  }

  #path(operations: readonly Operation[], parameters: readonly JsonObject[]): object {
    return {
      ...Object.fromEntries(operations.map((each) => [each.method, this.#operation(each)])),
      parameters: [...parameters, this.#parameters.pretty],
    }
  }

  #operation(operation: Operation, suffix = ''): JsonObject {
    const { action, verb, subresource } = operation
    const { group, kind, version } = this.#definition
    const title =
      subresource === undefined
        ? suffix
        : subresource.charAt(0).toUpperCase() + subresource.slice(1)
    return {
      tags: [operationTag(this.#definition)],
      description: operationDescription(verb, kind, subresource),
      operationId: operationId(verb, this.#definition, title),
      ...this.#input(operation),
      responses: {
        ...Object.fromEntries(
          (codes[action] ?? [200]).map((code) => [
            code,
            this.#version.answer(codeNames[code] ?? '', operation.answer),
          ]),
        ),
        401: { description: 'Unauthorized' },
      },
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': { group, version, kind },
    }
  }

  #input({ action, answer }: Operation): JsonObject {
    const parameters = this.#parameters.of[action]
    switch (action) {
      case 'post':
      case 'put':
        return this.#version.input(parameters, { schema: answer, isRequired: true })
      case 'patch':
        return this.#version.input(parameters, { schema: patchName, isRequired: true }, patchTypes)
      case 'delete':
        return this.#version.input(parameters, { schema: deleteOptionsName, isRequired: false })
      default:
        return this.#version.input(parameters)
    }
  }

  #nameParameter(): JsonObject {
    const description = `name of the ${this.#definition.kind}`
    const parameter = { name: 'name', in: 'path', description, required: true }
    return this.#version.textParameter(parameter)
  }
}

function readAndWrite(answer: string): Operation[] {
  return [
    { method: 'get', action: 'get', verb: 'read', answer },
    { method: 'put', action: 'put', verb: 'replace', answer },
    { method: 'patch', action: 'patch', verb: 'patch', answer },
  ]
}

/** Of a parameter, or of where it is described. */
function nameOf({ name, $ref }: JsonObject): string {
  const described = typeof $ref === 'string' ? $ref.slice($ref.lastIndexOf('/') + 1) : ''
  return typeof name === 'string' ? name : described
}
