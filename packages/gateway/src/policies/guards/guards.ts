import { createHash } from 'node:crypto'
import { type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import { ConditionCompiler } from '@fairlead/cel'
import { invalidField, operationOf } from '@fairlead/llm'
import type { AnswerTransform } from '../../answer/answer-transform.ts'
import type { Call } from '../../call/call.ts'
import { Counter } from '../../metrics/counter.ts'
import { parseJsonObject } from '../../http/json-body.ts'
import type { AdmissionPolicy, CreateCallPolicy, Permit } from '../call-policy.ts'
import { ExpressionFailures } from '../expression-failures.ts'
import { CallGuards, type Sampler } from './call-guards.ts'
import { BufferedAnswer, GuardedAnswer } from './guarded-answer.ts'
import { promptGuards } from './prompt-guards.ts'
import { type PreparedGuardrail, PreparedGuardrails } from './prepared-guards.ts'
import { checkedRequest } from './request-texts.ts'
import { inOrder, policyTransforms } from './transforms/policy-transforms.ts'

const nothing: Permit = { settle: () => {} }

/**
 * GuardrailPolicies: what calls and their answers may not contain. The request that goes on is the one
 * that was checked: where a guard has changed a text, its body is written and read anew.
 */
export const guards: CreateCallPolicy = ({ clock, logger, registry }): AdmissionPolicy => {
  const verdicts = new Counter(registry, {
    name: 'fairlead_guardrail_verdicts_total',
    help: 'Calls in which a guard has found something, and what was done about it.',
    labelNames: ['policy', 'guard', 'phase', 'action'],
  })
  const failed = new Counter(registry, {
    name: 'fairlead_guardrail_expression_failures_total',
    help: 'Evaluations of the cel of a GuardrailPolicy that failed; the policy holds.',
    labelNames: ['policy'],
  })
  const failures = new ExpressionFailures({
    count: (policy) => failed.labels({ policy }).inc(),
    logger,
    clock,
    message: 'cel of a GuardrailPolicy could not be evaluated: the policy holds',
  })
  const prepared = new PreparedGuardrails(new ConditionCompiler(), (policy, failure) =>
    failures.note(policy, failure),
  )
  return {
    name: 'guards',
    stage: 'admission',
    enter(call) {
      const { record, routed, route, runtime } = call
      // Documents of knowledge bases are looked at when they are quoted.
      if (record.purpose === 'knowledge') return nothing
      const policies = prepared.forCall(runtime.snapshot, { routed, route })
      if (policies.length === 0) return nothing
      const looking = new CallGuards(policies, record.guardrails, samplerFor(call))
      const settle = () => {
        for (const { action, guard, phase, policy } of record.guardrails) {
          verdicts.labels({ policy, guard, phase, action }).inc()
        }
      }
      try {
        checkRequest(call, looking)
      } catch (error) {
        settle()
        throw error
      }
      call.guards = promptGuards(looking)
      // What a model says to the gateway becomes part of a prompt, which is looked at.
      const isOwn = record.purpose !== undefined
      const transform = isOwn ? undefined : answerTransforms(call, policies, looking)
      return { settle, ...(transform && { transform }) }
    },
    configured({ snapshot }) {
      for (const policy of snapshot.guardrailPolicies) prepared.prepare(policy)
    },
  }
}

/** A call that is sent again is looked at by the same guards: else it would not be the same call. */
function samplerFor({ sentBody, services }: Call): Sampler {
  if (sentBody === undefined) return () => services.random() * 100
  return (guard) =>
    (createHash('sha256').update(guard).update(sentBody).digest().readUInt32BE() / 2 ** 32) * 100
}

const phasesOfRequests = ['Input', 'ToolDefinitions', 'ToolArguments', 'ToolOutput'] as const

function checkRequest(call: Call, looking: CallGuards): void {
  const { dialect, readRequest, request, sentBody } = call
  if (readRequest === undefined || sentBody === undefined) return
  if (!phasesOfRequests.some((phase) => looking.lookAt(phase))) return
  // Tools of the gateway's own have been taken out of it.
  const fields = request.searches.length > 0 ? parseJsonObject(sentBody) : request.fields()
  const isOwn = dialect.passage.isOwnContext?.(fields['context']) !== true
  looking.avoidPlaceholders(sentBody.toString())
  const checked = checkedRequest(fields, looking, isOwn)
  if (checked === fields) return
  const written = JSON.stringify(checked)
  looking.requestChecked(written)
  const body = Buffer.from(written)
  call.request = readRequest(body)
  // Of a prompt in rollout, chance may have chosen another version.
  call.record.prompt = call.request.prompt
}

/** Where the APIs that have several answers say how many are wanted. */
function checkAnswers(fields: JsonObject): void {
  const config = objectOrEmpty(fields['generationConfig'] ?? fields['generation_config'])
  const wanted: readonly (readonly [string, unknown])[] = [
    ['n', fields['n']],
    ['generationConfig.candidateCount', config['candidateCount'] ?? config['candidate_count']],
  ]
  for (const [name, count] of wanted) {
    if ((numberOrUndefined(count) ?? 1) <= 1) continue
    throw invalidField(name, 'guards look at one answer of a call: leave it out, or give 1.')
  }
}

/** Guards come last: they look at what the caller gets. */
function answerTransforms(
  call: Call,
  policies: readonly PreparedGuardrail[],
  looking: CallGuards,
): AnswerTransform | undefined {
  if (operationOf(call.dialect) !== 'chat') return undefined
  const guarding = guardTransform(call, looking)
  const transforms = [...policyTransforms(policies, call), ...(guarding ? [guarding] : [])]
  if (transforms.length > 0) checkAnswers(call.request.fields())
  return inOrder(transforms)
}

function guardTransform(call: Call, looking: CallGuards): AnswerTransform | undefined {
  const looks = looking.lookAt('Output') || looking.lookAt('ToolArguments')
  if (!looks && !looking.restores) return undefined
  const { maxResponseBytes } = call.runtime.snapshot.gateway.limits
  return {
    name: 'guards',
    takes: 'events',
    apply(answer) {
      looking.answerBegins()
      // An earlier answer is as its caller got it.
      if (call.earlier !== undefined) return answer
      return looking.bufferAnswers && !answer.isWhole
        ? new BufferedAnswer(answer, looking, maxResponseBytes)
        : new GuardedAnswer(answer, looking)
    },
  }
}
