import type { AuditEvent } from './audit-event.ts'

/** One event for people, without a line break. */
export function auditLine(event: AuditEvent): string {
  return `${event.time}  ${event.kind.padEnd(10)}  ${words(event)}`
}

function words(event: AuditEvent): string {
  switch (event.kind) {
    case 'Refusal': {
      const { code, consumer, address, method, model, path, policy, requestId, status } = event
      const who = consumer ?? 'unknown caller'
      const from = address === undefined ? '' : ` from ${address}`
      const what = model === undefined ? '' : ` for ${quoted(model)}`
      const by = policy === undefined ? '' : ` by ${policy}`
      return `${who}${from}: ${method} ${quoted(path)}${what}: ${status} ${code}${by} (${requestId})`
    }
    case 'Change': {
      const { fieldManager, name, namespace, object, user, verb, generation } = event
      const who = user ?? 'unknown user'
      const tool = fieldManager === undefined ? '' : ` with ${quoted(fieldManager)}`
      const which = generation === undefined ? '' : `, generation ${generation}`
      return `${who}${tool}: ${verb} ${object} ${namespace}/${name}${which}`
    }
    case 'Suppressed': {
      const codes = Object.entries(event.codes ?? {}).map(([code, count]) => `${count} ${code}`)
      return `${event.count} more of kind ${event.of} were not written (${codes.join(', ')})`
    }
  }
}

/** Callers choose these: nothing of them may move a terminal's cursor. */
function quoted(text: string): string {
  return /^[\x21-\x7e]*$/.test(text) ? text : JSON.stringify(text).replaceAll(/[^\x20-\x7e]/g, '?')
}
