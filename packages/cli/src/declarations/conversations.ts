import type { CommandDeclaration } from './declaration.ts'
import { dataDirOfRunning } from './shared-flags.ts'

export const conversations: CommandDeclaration = {
  name: 'conversations',
  summary: 'move the conversations of a ConversationStore',
  usage: [
    'conversations export [flags]',
    'conversations import FILE [flags]',
    'conversations migrate --from STORE --to STORE [flags]',
  ],
  about:
    'Asks the gateway that runs with this data directory: run it on the same machine, and in a cluster in the Pod, as kubectl exec does. A STORE is a ConversationStore of its LLMGateway, as NAME or NAMESPACE/NAME. export writes JSON lines, in plain text also where the store is encrypted: turns, plans, pins, branches, variables, summaries, notes, retention and legal holds, under the ids that they have. import adds what is not there, and leaves alone what is. migrate copies one store into another while the gateway serves, and may be broken off and run again at any time.',
  takesWords: true,
  firstWords: ['export', 'import', 'migrate'],
  flags: [
    {
      name: 'store',
      value: 'STORE',
      description: 'export and import: which ConversationStore',
      default: 'that of the LLMGateway',
    },
    { name: 'from', value: 'STORE', description: 'migrate: which ConversationStore is copied' },
    { name: 'to', value: 'STORE', description: 'migrate: which one gets the conversations' },
    {
      name: 'tenant',
      value: 'TENANT',
      description:
        'of this tenant only, such as NAMESPACE/NAME of a Consumer; empty for callers without a key',
    },
    { name: 'subject', value: 'SUBJECT', description: 'about this subject only' },
    {
      name: 'conversation',
      value: 'IDS',
      description: 'these conversations only, separated by commas',
    },
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      description: 'export: the file, which only its owner may read; - prints',
      default: '-',
      completes: 'file',
    },
    {
      name: 'resume',
      description: 'export: go on with the file, after the last conversation that it has whole',
    },
    {
      name: 'dry-run',
      description: 'import and migrate: say what would be done, and write nothing',
    },
    {
      name: 'until-frozen',
      description: 'migrate: make passes until the store is frozen, and all of it is moved',
    },
    dataDirOfRunning,
  ],
  notes:
    'migrate is complete once it has made a pass over a ConversationStore with spec.frozen, which takes no new turns. Not moved are vectors, which are made again, responses that belong to no conversation, streams of responses that have ended, and answers that are kept under an Idempotency-Key.',
  examples: [
    { does: 'Keep a copy', line: 'fairlead conversations export -o conversations.jsonl' },
    {
      does: 'See what a move to PostgreSQL would do',
      line: 'fairlead conversations migrate --from chats --to postgres --dry-run',
    },
    {
      does: 'Copy all, and what is added, until the store is frozen',
      line: 'fairlead conversations migrate --from chats --to postgres --until-frozen',
    },
  ],
}
