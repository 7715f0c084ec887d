import { CelScalar, celMap, celMethod, type CelInput, type CelMap } from '@bufbuild/cel'
import { opaque, textOf } from '@fairlead/cel'

const { BOOL, DYN, STRING } = CelScalar

/** What an expression asks the authorizer. */
export interface AccessQuestion {
  /** Set for a path that is no resource. */
  readonly path?: string
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** `system:serviceaccount:…` when the question is for another than the one who asks. */
  readonly account?: { readonly namespace: string; readonly name: string }
}

export interface AccessAnswer {
  readonly allowed: boolean
  readonly reason: string
}

/** A question that is not complete; what expressions hold is its JSON. */
type Asked = Partial<AccessQuestion>

/**
 * The authorizer of Kubernetes' admission expressions:
 * `authorizer.group('apps').resource('deployments').namespace('a').check('create').allowed()`.
 */
export function authorizerLibrary(decide: (question: AccessQuestion) => AccessAnswer) {
  const step = (from: string, name: keyof AccessQuestion, to: string) =>
    celMethod(name, DYN, [STRING], DYN, function (text: string) {
      return asked(to, { ...askedOf(this, from), [name]: text })
    })
  // Roles and bindings do not know selectors, so they change nothing in what is allowed.
  const selector = (name: 'fieldSelector' | 'labelSelector') =>
    celMethod(name, DYN, [STRING], DYN, function () {
      return asked('resourceCheck', askedOf(this, 'resourceCheck'))
    })
  const result = (value: unknown) => JSON.parse(textOf(value, 'decision')) as AccessAnswer
  return [
    step('authorizer', 'path', 'pathCheck'),
    step('authorizer', 'group', 'groupCheck'),
    step('groupCheck', 'resource', 'resourceCheck'),
    step('resourceCheck', 'subresource', 'resourceCheck'),
    step('resourceCheck', 'namespace', 'resourceCheck'),
    step('resourceCheck', 'name', 'resourceCheck'),
    selector('fieldSelector'),
    selector('labelSelector'),
    celMethod('serviceAccount', DYN, [STRING, STRING], DYN, function (namespace, name) {
      askedOf(this, 'authorizer')
      return asked('authorizer', { account: { namespace, name } })
    }),
    celMethod('check', DYN, [STRING], DYN, function (verb) {
      const question = { ...nothing, ...checkable(this), verb }
      return opaque('decision', JSON.stringify(decide(question)))
    }),
    celMethod('allowed', DYN, [], BOOL, function () {
      return result(this).allowed
    }),
    celMethod('reason', DYN, [], STRING, function () {
      return result(this).reason
    }),
    celMethod('errored', DYN, [], BOOL, function () {
      result(this)
      return false
    }),
    celMethod('error', DYN, [], STRING, function () {
      result(this)
      return ''
    }),
  ]
}

const nothing = { verb: '', group: '', resource: '', subresource: '', namespace: '', name: '' }

/** The variable `authorizer`; its `requestResource` asks about the request itself. */
export function authorizerValue(request: Asked): CelInput {
  return celMap(
    new Map<string | boolean, CelInput>([
      [true, 'authorizer'],
      [false, '{}'],
      ['requestResource', asked('resourceCheck', request)],
    ]),
  )
}

function asked(type: string, question: Asked): CelMap {
  return opaque(type, JSON.stringify(question))
}

function askedOf(value: unknown, type: string): Asked {
  return JSON.parse(textOf(value, type)) as Asked
}

/** A path or a resource. */
function checkable(value: unknown): Asked {
  try {
    return askedOf(value, 'resourceCheck')
  } catch {
    return askedOf(value, 'pathCheck')
  }
}
