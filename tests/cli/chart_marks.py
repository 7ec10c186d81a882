# SPDX-License-Identifier: GPL-3.0-or-later
"""Letters and numbers of points in tradeoff, pareto and overhead: each at its own point, none on another."""
