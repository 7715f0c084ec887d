import { megabyteShape } from './answer-1mb.ts'
import { anthropicStreamShape } from './anthropic-stream.ts'
import { anthropicWordsShape } from './anthropic-words.ts'
import { anthropicShape } from './anthropic.ts'
import { apiServerStartShape } from './api-server-start.ts'
import { apiServerShape } from './api-server.ts'
import { controllerRuntimeLargeShape } from './controller-runtime-large.ts'
import { controllerRuntimeShape } from './controller-runtime.ts'
import { conversationsShape } from './conversations.ts'
import { largeShape } from './large.ts'
import { latency1000Shape } from './latency-1000.ts'
import { latency200Shape } from './latency-200.ts'
import { latencyChangesShape } from './latency-changes.ts'
import { memoryShape } from './memory.ts'
import { policiesShape } from './policies.ts'
import { resourcesShape } from './resources.ts'
import type { Shape } from './shape.ts'
import { smallShape } from './small.ts'
import { startShape } from './start.ts'
import { streamShape } from './stream.ts'
import { wordsShape } from './words.ts'
import { workQueueShape } from './work-queue.ts'
import { workersShape } from './workers.ts'

/** Everything that is measured, in this order: those that share contenders first. */
export const shapes: readonly Shape[] = [
  smallShape,
  largeShape,
  streamShape,
  wordsShape,
  megabyteShape,
  anthropicShape,
  anthropicStreamShape,
  anthropicWordsShape,
  latency200Shape,
  latency1000Shape,
  latencyChangesShape,
  policiesShape,
  conversationsShape,
  resourcesShape,
  memoryShape,
  startShape,
  workersShape,
  apiServerShape,
  apiServerStartShape,
  controllerRuntimeShape,
  controllerRuntimeLargeShape,
  workQueueShape,
]
