import { PromptTemplate } from '@fairlead/api'
import { type Clock, systemClock } from '@fairlead/base'
import {
  type Admission,
  ConfigurationAdmission,
  kinds as allKinds,
  type CompileOptions,
  type WatchedConfiguration,
} from '@fairlead/config'
import { type Manager, webhookBuilder, type WebhookOptions } from '@fairlead/controller-runtime'
import { type FieldError, invalidField, type TypedObject } from '@fairlead/kube-core'
import { gateProblems } from './evaluation-gates.ts'
import { guardPublishing } from './publish-webhook.ts'

interface AdmissionOptions extends CompileOptions {
  /** What the manager's cache compiles to with the same options. */
  readonly configuration: Pick<WatchedConfiguration, 'resources'>
  /** Where operators run: their ServiceAccounts are not asked about. Defaults to nowhere. */
  readonly operatorNamespace?: string
  /**
   * What becomes of a write that cannot be judged. Defaults to Ignore: what would be refused has no
   * effect without that either, because gateways run only what `compile` accepts.
   */
  readonly failurePolicy?: 'Fail' | 'Ignore'
  /** Should be the manager's. Defaults to the machine's clock. */
  readonly clock?: Clock
}

/** A write that leaves the spec as it is, such as of finalizers and labels, is never judged. */
const changesSpec = {
  name: 'changes-the-spec',
  expression:
    "request.operation != 'UPDATE' || !has(object.spec) || !has(oldObject.spec) || object.spec != oldObject.spec",
}

/** Kubernetes itself deletes what is in a namespace that goes, and what belongs to what is gone. */
const notByKubernetes = {
  name: 'not-by-kubernetes',
  expression:
    "!has(request.userInfo.groups) || !('system:serviceaccounts:kube-system' in request.userInfo.groups)",
}

/** An operator migrates what is stored before it answers webhooks. */
const notByOperators = (namespace: string) => ({
  name: 'not-by-operators',
  expression: `!has(request.userInfo.groups) || !('system:serviceaccounts:${namespace}' in request.userInfo.groups)`,
})

/**
 * Adds the webhooks of Fairlead's kinds to a manager that has not started: what is refused when a
 * resource is written, of what whoever writes or deletes it is warned, and who may publish. Deletions
 * never wait for an operator.
 */
export function setupAdmission(
  manager: Pick<Manager, 'webhooks' | 'client'>,
  {
    configuration,
    operatorNamespace,
    failurePolicy = 'Ignore',
    clock = systemClock,
    ...compiling
  }: AdmissionOptions,
): void {
  const admission = new ConfigurationAdmission(configuration.resources, compiling)
  const others = operatorNamespace === undefined ? [] : [notByOperators(operatorNamespace)]
  for (const { type } of compiling.kinds ?? allKinds) {
    const kind = type.kind.toLowerCase()
    const asked = (name: string, more: WebhookOptions): WebhookOptions => ({
      name: `${name}.admission.fairlead.dev`,
      timeoutSeconds: 5,
      ...more,
    })
    const now = () => clock.now()
    webhookBuilder(manager)
      .for<TypedObject>(type)
      .validates(
        {
          create: (object) => judged(admission.written(type, object, undefined, now())),
          update: async (object, old) => {
            const own = admission.written(type, object, old, now())
            if (type !== PromptTemplate || own.problems.length > 0) return judged(own)
            const { client } = manager
            const [after, before] = [object as PromptTemplate, old as PromptTemplate]
            return judged({ ...own, problems: await gateProblems(client, after, before) })
          },
        },
        asked(kind, { failurePolicy, matchConditions: [...others, changesSpec] }),
      )
      .build()
    webhookBuilder(manager)
      .for<TypedObject>(type)
      .validates(
        { delete: (object) => judged(admission.deleted(type, object)) },
        asked(`deletion.${kind}`, {
          path: `/deletion-fairlead-dev-${kind}`,
          failurePolicy: 'Ignore',
          matchConditions: [...others, notByKubernetes],
        }),
      )
      .build()
  }
  // Migrations leave the spec as it is, so that nobody in the operator's namespace has to be trusted.
  guardPublishing(manager)
}

function judged({ problems, warnings }: Admission) {
  return { errors: problems.map(fieldErrorOf), warnings }
}

/** A problem as Kubernetes words it; one that names no field is one of the spec. */
function fieldErrorOf(problem: string): FieldError {
  const match = /^((?:spec|metadata)(?:\.[A-Za-z]\w*|\[[^\]]*\])*): (.*)$/s.exec(problem)
  const [, field = 'spec', detail = problem] = match ?? []
  return invalidField(field, undefined, detail)
}
