#!/usr/bin/env node
import { createOperator } from '@fairlead/scaffold'

process.exitCode = await createOperator(process.argv.slice(2), {
  folder: process.cwd(),
  print: (text) => void process.stdout.write(text),
  warn: (text) => void process.stderr.write(text),
})
