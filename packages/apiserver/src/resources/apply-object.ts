import { isJsonObject, objectOrEmpty, type JsonObject } from '@fairlead/base'
import {
  errors,
  parseApiVersion,
  serverSideApply,
  timestamp,
  type KubernetesObject,
} from '@fairlead/kube-core'

import {
  resourceName,
  servedApiVersion,
  type ResourceDefinition,
} from '../definitions/resource-definition.ts'
import { changeObject } from './change-object.ts'
import { createOrChange } from './create-or-change.ts'
import { insertObject } from './create-object.ts'
import { decodeObject, warningsOf } from './decode-object.ts'
import { matchName, matchNamespace } from './match-request.ts'
import { resetFields } from './reset-fields.ts'
import type { WriteContext } from './resource-context.ts'
import type { ObjectTarget } from './resource-target.ts'
import type { WriteResult } from './update-object.ts'
import type { WriteOptions } from './write-options.ts'

/**
 * Server-side apply: creates the object or takes ownership of the given fields. Checks follow in the
 * order of the real server: what is applied, conflicts, duplicates, uid, namespace and name.
 *
 * @param read reads what is applied, once the object has been looked for
 * @throws StatusError
 */
export async function applyObject(
  context: WriteContext,
  target: ObjectTarget,
  read: () => unknown,
  options: WriteOptions & { readonly force: boolean },
): Promise<WriteResult> {
  const { definition } = target
  let applied: KubernetesObject | undefined
  const change = () => changeObject(context, target, merged, options, 'keep')
  if (target.subresource !== undefined) return { object: await change(), created: false }
  const create = async () => insertObject(context, target, merged(undefined), options, 'keep')
  return createOrChange(context, target, { create, change })

  function merged(live: KubernetesObject | undefined): KubernetesObject {
    applied ??= asApplied(definition, read())
    const result = serverSideApply({
      live,
      applied,
      schema: definition.schema,
      manager: options.fieldManager,
      force: options.force,
      now: timestamp(context.clock.now()),
      ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
      ...resetFields(target),
    })
    reportDuplicates(options)
    const object = decodeObject(definition, result, { fieldValidation: 'Ignore', warn: () => {} })
    if (live === undefined) matchNewObject(target, object)
    return object
  }
}

/** As the managers of fields in apimachinery check what is applied. @throws StatusError 400 */
export function asApplied(definition: ResourceDefinition, body: unknown): KubernetesObject {
  if (!isJsonObject(body)) throw errors.badRequest('error decoding YAML: the body is no object')
  const apiVersion = textIn(body, 'apiVersion')
  const kind = textIn(body, 'kind')
  if (apiVersion !== servedApiVersion(definition) || kind !== definition.kind) {
    const { group, version } = parseApiVersion(apiVersion)
    throw errors.badRequest(`invalid object type: ${group}/${version}, Kind=${kind}`)
  }
  const metadata = objectOrEmpty(body['metadata'])
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) {
    throw errors.badRequest('metadata.managedFields must be nil')
  }
  return { ...body, apiVersion, kind, metadata }
}

function textIn(body: JsonObject, field: string): string {
  const value = body[field]
  return typeof value === 'string' ? value : ''
}

function reportDuplicates({ duplicates = [], fieldValidation, warn }: WriteOptions): void {
  const [first] = duplicates
  if (first === undefined || fieldValidation === 'Ignore') return
  if (fieldValidation === 'Strict') {
    throw errors.badRequest(
      `error strict decoding YAML: error converting YAML to JSON: ${first.problem}`,
    )
  }
  for (const { problem } of duplicates) for (const warning of warningsOf(problem)) warn(warning)
}

function matchNewObject(target: ObjectTarget, object: KubernetesObject): void {
  const { uid } = object.metadata
  if (uid) {
    throw errors.conflict(
      resourceName(target.definition),
      target.name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    )
  }
  const copy = { ...object, metadata: { ...object.metadata } }
  matchNamespace(target, copy)
  matchName(target, copy)
}
