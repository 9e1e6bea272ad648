#!/usr/bin/env node
import { byContext } from "./kubernetes";
import { run } from "./program";

run(byContext);
