"""What is told of payments that are to come: scheduled ones, autopay, instalment plans, deposits."""
