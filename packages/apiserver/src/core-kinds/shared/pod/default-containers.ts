import { defaultTo, defaultZeroTo, fieldsAt, itemsAt, type MutableFields } from '../defaulting.ts'
import { roundUpResources } from '../resource-list.ts'
import { imageTag } from './image-tag.ts'

/** As SetDefaults_Container and what it leads to in Kubernetes' core defaults. */
export function defaultContainer(container: MutableFields): void {
  defaultZeroTo(container, 'imagePullPolicy', pullPolicyOf(container['image']))
  defaultZeroTo(container, 'terminationMessagePath', '/dev/termination-log')
  defaultZeroTo(container, 'terminationMessagePolicy', 'File')
  for (const port of itemsAt(container, 'ports')) defaultZeroTo(port, 'protocol', 'TCP')
  for (const variable of itemsAt(container, 'env')) {
    const source = fieldsAt(variable, 'valueFrom') ?? {}
    defaultFieldRef(source)
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = fieldsAt(container, name)
    if (probe !== undefined) defaultProbe(probe)
  }
  const lifecycle = fieldsAt(container, 'lifecycle') ?? {}
  for (const name of ['postStart', 'preStop']) {
    const handler = fieldsAt(lifecycle, name)
    if (handler !== undefined) defaultHttpGet(handler)
  }
  const resources = fieldsAt(container, 'resources') ?? {}
  roundUpResources(resources, 'limits')
  roundUpResources(resources, 'requests')
}

/** When nobody says how an image is pulled, only a tag that moves is pulled again. */
export function pullPolicyOf(image: unknown): string {
  return typeof image === 'string' && imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent'
}

/** Sets the version of a reference to a field of the pod. */
export function defaultFieldRef(source: MutableFields): void {
  const fieldRef = fieldsAt(source, 'fieldRef')
  if (fieldRef !== undefined) defaultZeroTo(fieldRef, 'apiVersion', 'v1')
}

function defaultProbe(probe: MutableFields): void {
  defaultZeroTo(probe, 'timeoutSeconds', 1)
  defaultZeroTo(probe, 'periodSeconds', 10)
  defaultZeroTo(probe, 'successThreshold', 1)
  defaultZeroTo(probe, 'failureThreshold', 3)
  defaultHttpGet(probe)
  const grpc = fieldsAt(probe, 'grpc')
  if (grpc !== undefined) defaultTo(grpc, 'service', '')
}

function defaultHttpGet(handler: MutableFields): void {
  const httpGet = fieldsAt(handler, 'httpGet')
  if (httpGet === undefined) return
  defaultZeroTo(httpGet, 'path', '/')
  defaultZeroTo(httpGet, 'scheme', 'HTTP')
}
