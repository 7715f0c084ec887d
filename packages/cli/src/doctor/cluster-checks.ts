import { kindVersions, ReferenceGrant } from '@fairlead/api'
import type { Clock } from '@fairlead/base'
import type { Client, KubeConfig } from '@fairlead/controller-runtime'
import { deepEqual, isNotFound } from '@fairlead/kube-core'
import { CustomResourceDefinition, SelfSubjectAccessReview } from '@fairlead/kube-types'
import type { PolicyRule } from '@fairlead/operator'
import { askVersion } from './ask-version.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** From here on, times in conditions and logs mislead. */
const skewWarningMs = 5_000
/** From here on, replicas that live count as gone: they report every 20 s, and are believed for 60. */
const skewProblemMs = 30_000

/** Whether the API server answers, and its clock is ours; the first finding says whether it answers. */
export async function checkServer(
  config: KubeConfig,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const check = 'API server'
  if (config.proxy !== undefined) {
    // The rest of the address may hold a password.
    const { host } = new URL(config.proxy)
    return [ok(check, `${config.server}, through the proxy ${host}; its clock is not compared`)]
  }
  try {
    const { skewMs, version } = await askVersion(config, clock, signal)
    return [ok(check, `${config.server} is ${version}`), checkSkew(skewMs)]
  } catch (error) {
    signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    const remedy = 'Check --kubeconfig, the network, and whether the server runs.'
    return [problem(check, `${config.server} cannot be asked: ${reason}`, remedy)]
  }
}

function checkSkew(skewMs: number | undefined): Finding {
  const check = 'clock'
  if (skewMs === undefined) return ok(check, 'the API server does not tell its time')
  const seconds = Math.round(Math.abs(skewMs) / 1_000)
  const words = `the API server's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's`
  const remedy = 'Set the clocks by NTP: replicas whose reports seem old are taken for gone.'
  if (Math.abs(skewMs) >= skewProblemMs) return problem(check, words, remedy)
  if (Math.abs(skewMs) >= skewWarningMs) return warning(check, words, remedy)
  return ok(check, `as that of the API server, to ${Math.max(1, seconds)} s`)
}

/** Whether the kinds of Fairlead are installed as this version has them. */
export async function checkKinds(client: Client, signal: AbortSignal): Promise<Finding> {
  const check = 'kinds'
  const missing: string[] = []
  const differing: string[] = []
  const definitions = [...kindVersions, ReferenceGrant]
  for (const { crd, kind } of definitions) {
    const name = crd.metadata.name ?? ''
    try {
      const installed = await client.get(CustomResourceDefinition, { name }, { signal })
      // Its versions are those of Gateway API, which others install.
      const isOthers = kind === ReferenceGrant.kind
      const isSame = crd.spec.versions.every(({ name: version, schema }) =>
        deepEqual(schema, installed.spec.versions.find((each) => each.name === version)?.schema),
      )
      if (!isSame && !isOthers) differing.push(kind)
    } catch (error) {
      if (!isNotFound(error)) return warning(check, said(error), 'Ask as a user who may read them.')
      missing.push(kind)
    }
  }
  if (missing.length > 0) {
    const remedy =
      'Start fairlead operator on the cluster, or fairlead crds | kubectl apply --server-side -f -'
    return problem(check, `not installed: ${missing.join(', ')}`, remedy)
  }
  if (differing.length > 0) {
    const remedy =
      'Run the operator of this version, or this program in the version of the operator.'
    return warning(check, `other than in this version: ${differing.join(', ')}`, remedy)
  }
  return ok(check, `all ${definitions.length} are installed as this version has them`)
}

/**
 * Whether this user may do what a part of Fairlead does everywhere in the cluster. Only where the part
 * is to run as this user is a lack of it a problem.
 */
export async function checkPermissions(
  client: Client,
  part: { readonly name: string; readonly rules: readonly PolicyRule[]; readonly isAsked: boolean },
  signal: AbortSignal,
): Promise<Finding> {
  const check = 'permissions'
  const denied: string[] = []
  for (const attributes of part.rules.flatMap(attributesOf)) {
    const { name, resource, subresource, verb } = attributes
    try {
      const review = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        metadata: {},
        spec: { resourceAttributes: attributes },
      } as const
      const { status } = await client.create(SelfSubjectAccessReview, review, { signal })
      if (status?.allowed === true) continue
      const of = name === undefined ? '' : ` ${name}`
      denied.push(`${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${of}`)
    } catch (error) {
      return warning(check, said(error), 'Ask as a user who may create selfsubjectaccessreviews.')
    }
  }
  if (denied.length === 0) return ok(check, `this user may run the ${part.name}`)
  const message = `this user may not, as the ${part.name} does: ${denied.join(', ')}`
  if (!part.isAsked)
    return warning(check, message, `Needed only to run the ${part.name} as this user.`)
  const remedy = 'Bind the roles of the chart, or of fairlead manifests, to this user.'
  return problem(check, message, remedy)
}

interface Attributes {
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  /** Undefined asks for objects of every name. */
  readonly name?: string
  readonly verb: string
}

function attributesOf(rule: PolicyRule): readonly Attributes[] {
  const { apiGroups, resourceNames = [undefined], resources, verbs } = rule
  return apiGroups.flatMap((group) =>
    resources.flatMap((each) => {
      const [resource = '', subresource] = each.split('/')
      const of = subresource === undefined ? { group, resource } : { group, resource, subresource }
      return resourceNames.flatMap((name) =>
        verbs.map((verb) => ({ ...of, ...(name === undefined ? {} : { name }), verb })),
      )
    }),
  )
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
