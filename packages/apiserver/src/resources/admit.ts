import type { JsonObject } from '@fairlead/base'
import type { GroupVersionKind, KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import type { DeleteOptions } from './delete-options.ts'
import type { WriteContext } from './resource-context.ts'
import type { CollectionTarget, ObjectTarget } from './resource-target.ts'
import type { WriteOptions } from './write-options.ts'

/** A write as admission sees it, without its objects. */
type Intention = Omit<AdmissionRequest, 'object' | 'oldObject'>

/** The creation of an object; its name is empty when it is still to be generated. */
export function creation(
  context: WriteContext,
  target: CollectionTarget,
  name: string,
  options: WriteOptions,
): Intention {
  return intention(
    context,
    'CREATE',
    { ...target, name },
    writeOptions('CreateOptions', options),
    options.dryRun,
  )
}

/** The change of an object, or of its subresource. */
export function change(
  context: WriteContext,
  target: ObjectTarget,
  options: WriteOptions,
): Intention {
  return intention(
    context,
    'UPDATE',
    target,
    writeOptions('UpdateOptions', options),
    options.dryRun,
  )
}

/** The creation of what a subresource takes, such as an Eviction. */
export function subresourceCreation(
  context: WriteContext,
  target: ObjectTarget,
  kind: GroupVersionKind,
  options: WriteOptions,
): Intention {
  const given = writeOptions('CreateOptions', options)
  return { ...intention(context, 'CREATE', target, given, options.dryRun), kind }
}

/** A connection to a subresource, such as that of a command which runs in a container. */
export function connection(
  context: WriteContext,
  target: ObjectTarget,
  kind: GroupVersionKind,
): Intention {
  return { ...intention(context, 'CONNECT', target, null, false), kind }
}

/** The deletion of an object. */
export function deletion(
  context: WriteContext,
  target: ObjectTarget,
  options: DeleteOptions,
): Intention {
  return intention(context, 'DELETE', target, deleteOptions(options), options.dryRun)
}

/** The object as admission wants it to be, at once unless a plugin has to wait. */
export function mutated(
  context: WriteContext,
  intended: Intention,
  object: KubernetesObject,
  oldObject?: KubernetesObject,
): KubernetesObject | Promise<KubernetesObject> {
  const request = { ...intended, object, ...(oldObject === undefined ? {} : { oldObject }) }
  const wanted = context.admission.mutate(request)
  if (wanted instanceof Promise) return wanted.then((found) => found ?? object)
  return wanted ?? object
}

/** What a subresource takes, as admission wants it to be. @throws StatusError */
export async function admitted(
  context: WriteContext,
  intended: Intention,
  object: KubernetesObject,
): Promise<KubernetesObject> {
  const wanted = await mutated(context, intended, object)
  await context.admission.validate({ ...intended, object: wanted })
  return wanted
}

function intention(
  { user, warn }: WriteContext,
  operation: AdmissionRequest['operation'],
  { definition, namespace, name, subresource }: ObjectTarget,
  options: JsonObject | null,
  dryRun: boolean,
): Intention {
  const where = {
    definition,
    namespace,
    name,
    ...(subresource === undefined ? {} : { subresource }),
  }
  return { operation, ...where, options, user, dryRun, warn }
}

function writeOptions(
  kind: string,
  { dryRun, fieldManager, fieldValidation }: WriteOptions,
): JsonObject {
  return { ...optionsOf(kind, dryRun), fieldManager, fieldValidation }
}

function deleteOptions({ dryRun, propagationPolicy, preconditions }: DeleteOptions): JsonObject {
  return {
    ...optionsOf('DeleteOptions', dryRun),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
  }
}

function optionsOf(kind: string, dryRun: boolean): JsonObject {
  return { kind, apiVersion: 'meta.k8s.io/v1', ...(dryRun ? { dryRun: ['All'] } : {}) }
}
